-- How often and how much water does each refuge lack, month by month? TAF and percent (method: refuge).
with

months as (
    select * from {{ ref('int_applied_water__monthly') }}
    where {{ in_scope() }} and entity_kind = 'refuge_demand_unit'
),

final as (
    select
        scenario_id,
        unit_code,
        water_month,
        coalesce(max(shortage_source) filter (where shortage_taf is not null), 'none')
            as shortage_source,
        {{ distribution_columns('shortage_taf') }},
        case when count(has_shortage) > 0 then count(*) filter (where has_shortage) end::integer
            as shortage_months_count,
        {{ share_true('has_shortage') }} * 100 as shortage_frequency_pct,
        avg(shortage_pct) as shortage_mean_pct,
        {{ coefficient_of_variation('shortage_pct') }} as shortage_pct_cv,
        {{ demand_met_column() }},
        load_id
    from months
    group by scenario_id, load_id, unit_code, water_month
)

select * from final
