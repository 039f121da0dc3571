-- How often and how much water leaves through the flood outlet, and how often is storage at the flood level? CFS and TAF.
-- Both are kept apart: water going out (flood_release_*) and storage standing high (at_flood_pool_*) (method: reservoir).
with

months as (
    select * from {{ ref('int_reservoir__monthly') }}
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
        water_month,
        bool_or(has_flood_release_series) as has_flood_release_series,
        count(flood_release_cfs) as total_months,
        count(*) filter (where has_flood_release) as flood_release_months_count,
        {{ share_true('has_flood_release') }} * 100 as flood_release_frequency_pct,
        avg(flood_release_cfs) filter (where has_flood_release) as flood_release_mean_cfs,
        max(flood_release_cfs) filter (where has_flood_release) as flood_release_max_cfs,
        {%- for p in [50, 90, 100] %}
        {{ percentile('flood_release_cfs', p) }} filter (where has_flood_release)
            as flood_release_q{{ p }}_cfs,
        {%- endfor %}
        avg(storage_taf) filter (where has_flood_release) as storage_at_flood_release_taf,
        bool_or(flood_level_basis is not null) as has_flood_level,
        count(is_at_flood_pool) as at_flood_pool_total_months,
        count(*) filter (where is_at_flood_pool) as at_flood_pool_months_count,
        {{ share_true('is_at_flood_pool') }} * 100 as at_flood_pool_frequency_pct
    from months
    group by scenario_id, load_id, reservoir_code, water_month
),

final as (
    select
        statistics.scenario_id,
        statistics.reservoir_code,
        statistics.water_month,
        case when has_flood_release_series then total_months end::integer as total_months,
        case when total_months > 0 then flood_release_months_count end::integer
            as flood_release_months_count,
        flood_release_frequency_pct,
        {%- for name in ['mean', 'max', 'q50', 'q90', 'q100'] %}
        case when total_months > 0 then coalesce(flood_release_{{ name }}_cfs, 0) end
            as flood_release_{{ name }}_cfs,
        {%- endfor %}
        storage_at_flood_release_taf / reservoir.percent_basis_taf * 100
            as storage_at_flood_release_pct,
        storage_at_flood_release_taf,
        case when has_flood_level then at_flood_pool_total_months end::integer
            as at_flood_pool_total_months,
        case when at_flood_pool_total_months > 0 then at_flood_pool_months_count end::integer
            as at_flood_pool_months_count,
        at_flood_pool_frequency_pct,
        statistics.load_id
    from statistics
    inner join reservoir on statistics.reservoir_code = reservoir.reservoir_code
)

select * from final
