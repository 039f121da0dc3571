-- Which flows does each reach have in a model run, and for how many months? Stored, because it differs between scenarios.
-- (method: env_flow)
with

reach_series as (
    select * from {{ ref('int_env_flow__series') }}
    where {{ in_scope() }}
),

final as (
    select
        scenario_id,
        reach_code,
        {%- for name, values in {
            'flow': 'flow',
            'unimpaired_flow': 'unimpaired',
            'minimum_flow': 'minimum',
            'functional_flow_target': 'target',
        }.items() %}
        coalesce(has_{{ name }}, false) as has_{{ name }},
        case
            when has_{{ name }}
                then
                    (
                        select count(taf)
                        from unnest({{ values }}_taf_values) as month_value (taf)
                    )::integer
        end as {{ name }}_months_count,
        {%- endfor %}
        load_id
    from reach_series
)

select * from final
