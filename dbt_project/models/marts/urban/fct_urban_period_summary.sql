-- How does each urban demand unit fare over the whole simulation: deliveries, shortages, reliability? TAF a year and percent.
-- Over complete water years, but for the monthly reliability (methods: urban, reliability).
with

years as (
    select * from {{ ref('int_urban__annual') }}
    where {{ in_scope() }}
),

simulation as (
    select * from {{ ref('int_calsim__simulation') }}
    where {{ in_scope() }}
),

statistics as (
    select
        scenario_id,
        load_id,
        unit_code,
        demand_source,
        shortage_source,
        count(delivery_taf)::integer as complete_years,
        {{ annual_columns('delivery') }},
        min(delivery_taf) as annual_delivery_min_taf,
        max(delivery_taf) as annual_delivery_max_taf,
        avg(groundwater_pumping_taf) as annual_groundwater_pumping_mean_taf,
        avg(demand_taf) as annual_demand_mean_taf,
        {{ annual_columns('shortage') }},
        {{ shortage_year_columns() }},
        {{ annual_reliability_columns('target_taf') }},
        {{ demand_met_column('unmet_demand_taf') }}
    from years
    group by scenario_id, load_id, unit_code, demand_source, shortage_source
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
