-- How does each reservoir fare over the whole simulation: storage, flood releases, flood pool, dead pool? TAF, CFS, percent.
-- Monthly numbers use every month with data, annual numbers complete water years only (method: reservoir).
{%- set periods = {'all': 'true', 'april': 'water_month = 7', 'september': 'water_month = 12'} %}
with

months as (
    select * from {{ ref('int_reservoir__monthly') }}
    where {{ in_scope() }}
),

years as (
    select * from {{ ref('int_reservoir__annual_summary') }}
    where {{ in_scope() }}
),

simulation as (
    select * from {{ ref('int_calsim__simulation') }}
    where {{ in_scope() }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

statistics as (
    select
        scenario_id,
        load_id,
        reservoir_code,
        max(dead_pool_basis) as dead_pool_basis,
        max(flood_level_basis) as flood_level_basis,
        {{ exceedance_columns('storage_taf', suffix='_taf') }},
        count(flood_release_cfs) as flood_release_total_months,
        avg(flood_release_cfs) filter (where has_flood_release) as flood_release_mean_cfs,
        max(flood_release_cfs) filter (where has_flood_release) as flood_release_peak_cfs,
        avg(storage_taf) filter (where has_flood_release) as storage_at_flood_release_taf,
        {%- for period, condition in periods.items() %}
        {{ share_true('is_at_flood_pool', where=condition) }} as flood_pool_prob_{{ period }},
        {{ share_true('is_at_dead_pool', where=condition) }} as dead_pool_prob_{{ period }},
        {{ coefficient_of_variation('case when ' ~ condition ~ ' then storage_taf end') }}
            as storage_cv_{{ period }},
        avg(storage_taf) filter (where {{ condition }}) as {{ period }}_mean_taf,
        {%- endfor %}
        count(storage_taf) as storage_months_count
    from months
    group by scenario_id, load_id, reservoir_code
),

final as (
    select
        statistics.scenario_id,
        statistics.reservoir_code,
        simulation.simulation_start_year,
        simulation.simulation_end_year,
        simulation.total_years,
        reservoir.capacity_taf,
        reservoir.dead_pool_taf,
        reservoir.dead_pool_taf / reservoir.percent_basis_taf * 100 as dead_pool_pct,
        statistics.dead_pool_basis,
        statistics.flood_level_basis,
        statistics.storage_months_count::integer as storage_months_count,
        {%- for p in exceedance_points() %}
        statistics.exc_p{{ p }}_taf / reservoir.percent_basis_taf * 100 as storage_exc_p{{ p }}_pct,
        {%- endfor %}
        {%- for p in exceedance_points() %}
        statistics.exc_p{{ p }}_taf as storage_exc_p{{ p }}_taf,
        {%- endfor %}
        years.flood_release_years_count::integer as flood_release_years_count,
        years.flood_release_frequency_pct,
        {%- for name in ['mean', 'peak'] %}
        case
            when statistics.flood_release_total_months > 0
                then coalesce(statistics.flood_release_{{ name }}_cfs, 0)
        end as flood_release_{{ name }}_cfs,
        {%- endfor %}
        years.annual_flood_release_mean_taf,
        years.annual_flood_release_max_taf,
        years.annual_flood_release_cv,
        {%- for p in [50, 90, 100] %}
        years.annual_max_flood_release_q{{ p }}_cfs,
        {%- endfor %}
        statistics.storage_at_flood_release_taf / reservoir.percent_basis_taf * 100
            as storage_at_flood_release_pct,
        years.at_flood_pool_years_count::integer as at_flood_pool_years_count,
        years.at_flood_pool_frequency_pct,
        statistics.flood_pool_prob_all * 100 as at_flood_pool_month_frequency_pct,
        {%- for measure in ['flood_pool_prob', 'dead_pool_prob', 'storage_cv'] %}
        {%- for period in periods %}
        statistics.{{ measure }}_{{ period }},
        {%- endfor %}
        {%- endfor %}
        years.annual_mean_taf,
        statistics.april_mean_taf,
        statistics.september_mean_taf,
        statistics.load_id
    from statistics
    inner join years
        on
            statistics.scenario_id = years.scenario_id
            and statistics.reservoir_code = years.reservoir_code
    inner join simulation on statistics.scenario_id = simulation.scenario_id
    inner join reservoir on statistics.reservoir_code = reservoir.reservoir_code
)

select * from final
