-- How does each contractor fare over the whole simulation: deliveries, shortages, reliability? TAF a year and percent.
-- Over complete water years, but for the monthly reliability (methods: contractor, reliability).
with

years as (
    select * from {{ ref('int_contractor__annual') }}
    where {{ in_scope() }}
),

simulation as (
    select * from {{ ref('int_calsim__simulation') }}
    where {{ in_scope() }}
),

contractor as (
    select * from {{ ref('dim_mi_contractor') }}
),

statistics as (
    select
        scenario_id,
        load_id,
        contractor_code,
        demand_source,
        shortage_source,
        count(delivery_taf)::integer as complete_years,
        {{ annual_columns('delivery') }},
        min(delivery_taf) as annual_delivery_min_taf,
        max(delivery_taf) as annual_delivery_max_taf,
        avg(demand_taf) as annual_demand_mean_taf,
        {{ annual_columns('shortage') }},
        {{ shortage_year_columns() }},
        {{ annual_reliability_columns('target_taf') }},
        {{ demand_met_column('unmet_demand_taf') }}
    from years
    group by scenario_id, load_id, contractor_code, demand_source, shortage_source
),

final as (
    select
        statistics.scenario_id,
        statistics.contractor_code,
        simulation.simulation_start_year,
        simulation.simulation_end_year,
        simulation.total_years,
        statistics.complete_years,
        statistics.demand_source,
        statistics.shortage_source,
        contractor.table_a_taf,
        contractor.table_a_status,
        statistics.annual_delivery_mean_taf / contractor.table_a_taf * 100
            as annual_delivery_table_a_pct,
        {%- for volume in ['delivery', 'shortage'] %}
        statistics.annual_{{ volume }}_mean_taf,
        statistics.annual_{{ volume }}_cv,
        {%- for p in exceedance_points() %}
        statistics.annual_{{ volume }}_exc_p{{ p }}_taf,
        {%- endfor %}
        {%- endfor %}
        statistics.annual_delivery_min_taf,
        statistics.annual_delivery_max_taf,
        statistics.annual_demand_mean_taf,
        statistics.shortage_complete_years,
        statistics.shortage_years_count,
        statistics.shortage_frequency_pct,
        statistics.volumetric_reliability,
        statistics.annual_reliability,
        statistics.monthly_reliability,
        statistics.p95_annual_shortage_pct,
        statistics.demand_met_pct,
        statistics.load_id
    from statistics
    inner join simulation on statistics.scenario_id = simulation.scenario_id
    inner join contractor on statistics.contractor_code = contractor.contractor_code
)

select * from final
