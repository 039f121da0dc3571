-- What does each refuge aggregate get in a year? TAF
-- (method: refuge); years are complete water years, reliability means the same in all families (macros).
with

years as (
    select * from {{ ref('int_supply_aggregate__annual') }}
    where {{ in_scope() }} and entity_kind = 'refuge_aggregate'
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
        {{ annual_columns('delivery') }}
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
