-- Flood releases and flood pool of each reservoir by water month, in CFS, TAF and percent. Route: spill-monthly.
with

fact as (
    select * from {{ ref('fct_reservoir_spill_monthly') }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

final as (
    select
        fact.scenario_id,
        fact.load_id,
        fact.reservoir_code,
        reservoir.reservoir_name,
        fact.water_month,
        fact.total_months,
        fact.flood_release_months_count,
        fact.flood_release_frequency_pct,
        fact.flood_release_mean_cfs,
        fact.flood_release_max_cfs,
        fact.flood_release_q50_cfs,
        fact.flood_release_q90_cfs,
        fact.flood_release_q100_cfs,
        fact.storage_at_flood_release_pct,
        fact.storage_at_flood_release_taf,
        fact.at_flood_pool_total_months,
        fact.at_flood_pool_months_count,
        fact.at_flood_pool_frequency_pct
    from fact
    inner join reservoir on fact.reservoir_code = reservoir.reservoir_code
)

select * from final
