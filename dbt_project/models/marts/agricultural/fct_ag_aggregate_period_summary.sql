-- What does each agricultural aggregate get and lack in a year, and how reliable is its supply? TAF and percent
-- (method: agricultural); years are complete water years, reliability means the same in all families (macros).
with

years as (
    select * from {{ ref('int_supply_aggregate__annual') }}
    where {{ in_scope() }} and entity_kind = 'ag_aggregate'
),

simulation as (
    select * from {{ ref('int_calsim__simulation') }}
    where {{ in_scope() }}
),

statistics as (
    select
        scenario_id,
        load_id,
        aggregate_code,
        count(delivery_taf)::integer as complete_years,
        {{ annual_columns('delivery') }},
        coalesce(max(shortage_source), 'none') as shortage_source,
        {{ annual_columns('shortage') }},
        {{ shortage_year_columns() }},
        avg(shortage_pct) as annual_shortage_mean_pct,
        {{ coefficient_of_variation('shortage_pct') }} as annual_shortage_pct_cv,
        {{ annual_reliability_columns(demand='target_taf') }}
    from years
    group by scenario_id, load_id, aggregate_code
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
