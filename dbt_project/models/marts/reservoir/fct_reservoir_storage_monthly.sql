-- How is end-of-month storage distributed over the years, month by month? TAF and percent of capacity (method: reservoir).
with

months as (
    select * from {{ ref('int_reservoir__monthly') }}
    where {{ in_scope() }} and has_storage_series
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

statistics as (
    select
        scenario_id,
        load_id,
        reservoir_code,
        water_month,
        count(storage_taf) as sample_count,
        avg(storage_taf) as mean_taf,
        {{ coefficient_of_variation('storage_taf') }} as cv,
        {{ quantile_columns('storage_taf', suffix='_taf') }},
        {{ exceedance_columns('storage_taf', suffix='_taf') }}
    from months
    group by scenario_id, load_id, reservoir_code, water_month
),

final as (
    select
        statistics.scenario_id,
        statistics.reservoir_code,
        statistics.water_month,
        statistics.sample_count::integer as sample_count,
        reservoir.capacity_taf,
        reservoir.dead_pool_taf,
        statistics.mean_taf,
        statistics.cv,
        {%- for name in statistic_names() %}
        statistics.{{ name }}_taf,
        {%- endfor %}
        statistics.mean_taf / reservoir.percent_basis_taf * 100 as mean_pct,
        {%- for name in statistic_names() %}
        statistics.{{ name }}_taf / reservoir.percent_basis_taf * 100 as {{ name }}_pct,
        {%- endfor %}
        statistics.load_id
    from statistics
    inner join reservoir on statistics.reservoir_code = reservoir.reservoir_code
)

select * from final
