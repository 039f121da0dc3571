-- Which flows does each reach of a model run have: actual, unimpaired, minimum, functional flow target? Arrays of TAF.
with

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind = 'channel_reach'
),

-- max() of one array hands the array on without reading it
final as (
    select
        scenario_id,
        load_id,
        entity_code as reach_code,
        bool_or(measure = 'flow') as has_flow,
        max(volume_taf_values) filter (where measure = 'flow') as flow_taf_values,
        bool_or(measure = 'unimpaired_flow') as has_unimpaired_flow,
        max(volume_taf_values) filter (where measure = 'unimpaired_flow')
            as unimpaired_taf_values,
        bool_or(measure = 'minimum_flow') as has_minimum_flow,
        max(volume_taf_values) filter (where measure = 'minimum_flow') as minimum_taf_values,
        bool_or(measure = 'functional_flow_target') as has_functional_flow_target,
        max(volume_taf_values) filter (where measure = 'functional_flow_target')
            as target_taf_values
    from volume
    group by scenario_id, load_id, entity_code
)

select * from final
