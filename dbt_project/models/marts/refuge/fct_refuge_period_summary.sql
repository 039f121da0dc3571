-- What does each refuge ask for, get and lack in a year, and how reliable is its supply? TAF and percent
-- (method: refuge); years are complete water years, reliability means the same in all families (macros).
with

years as (
    select * from {{ ref('int_applied_water__annual') }}
    where {{ in_scope() }} and entity_kind = 'refuge_demand_unit'
),

simulation as (
    select * from {{ ref('int_calsim__simulation') }}
    where {{ in_scope() }}
),

full_delivery as (
    select value as minimum_pct from {{ ref('threshold') }}
    where threshold_code = 'refuge_full_delivery_pct'
),

statistics as (
    select
        scenario_id,
        load_id,
        unit_code,
        {{ annual_columns('demand') }},
        count(delivery_taf)::integer as complete_years,
        {{ annual_columns('delivery') }},
        coalesce(max(shortage_source), 'none') as shortage_source,
        {{ annual_columns('shortage') }},
        {{ shortage_year_columns() }},
        avg(shortage_pct) as annual_shortage_mean_pct,
        {{ coefficient_of_variation('shortage_pct') }} as annual_shortage_pct_cv,
        {{ annual_reliability_columns() }},
        {{ demand_met_column() }},
        {{ share_true(
            'delivery_taf >= demand_taf * full_delivery.minimum_pct / 100', 'demand_taf > 0'
        ) }} * 100 as full_delivery_years_pct
    from years
    cross join full_delivery
    group by scenario_id, load_id, unit_code
),

final as (
    select
        statistics.*,
        simulation.simulation_start_year,
        simulation.simulation_end_year,
        simulation.total_years
    from statistics
    inner join simulation on statistics.scenario_id = simulation.scenario_id
)

select * from final
