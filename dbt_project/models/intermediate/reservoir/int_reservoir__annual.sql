-- What did each reservoir hold and release in each water year? TAF and CFS; NULL unless all twelve months are known.
with

months as (
    select * from {{ ref('int_reservoir__monthly') }}
),

yearly as (
    select
        scenario_id,
        reservoir_code,
        water_year,
        count(storage_taf) = 12 as has_full_storage,
        avg(storage_taf) as storage_mean_taf,
        count(flood_release_cfs) = 12 as has_full_flood_release,
        sum({{ cfs_to_taf('flood_release_cfs', 'days_in_month') }}) as flood_release_taf,
        max(flood_release_cfs) as flood_release_max_cfs,
        bool_or(has_flood_release) as has_flood_release,
        count(is_at_flood_pool) = 12 as has_full_flood_pool,
        bool_or(is_at_flood_pool) as is_at_flood_pool
    from months
    group by scenario_id, reservoir_code, water_year
),

final as (
    select
        scenario_id,
        reservoir_code,
        water_year,
        case when has_full_storage then storage_mean_taf end as storage_mean_taf,
        case when has_full_flood_release then flood_release_taf end as flood_release_taf,
        case when has_full_flood_release then flood_release_max_cfs end as flood_release_max_cfs,
        case when has_full_flood_release then has_flood_release end as has_flood_release,
        case when has_full_flood_pool then is_at_flood_pool end as is_at_flood_pool
    from yearly
)

select * from final
