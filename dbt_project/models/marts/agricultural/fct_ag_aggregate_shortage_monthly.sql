-- How often and how much water does each agricultural aggregate lack, month by month? TAF and percent (method: agricultural).
with

months as (
    select * from {{ ref('int_supply_aggregate__monthly') }}
    where {{ in_scope() }} and entity_kind = 'ag_aggregate'
),

final as (
    select
        scenario_id,
        aggregate_code,
        water_month,
        coalesce(max(shortage_source) filter (where shortage_taf is not null), 'none')
            as shortage_source,
        {{ distribution_columns('shortage_taf') }},
        case when count(has_shortage) > 0 then count(*) filter (where has_shortage) end::integer
            as shortage_months_count,
        {{ share_true('has_shortage') }} * 100 as shortage_frequency_pct,
        avg(shortage_pct) as shortage_mean_pct,
        {{ coefficient_of_variation('shortage_pct') }} as shortage_pct_cv,
        load_id
    from months
    group by scenario_id, load_id, aggregate_code, water_month
)

select * from final
