-- Storage above a trusted capacity: the capacity or the series is wrong, and so is every percent of capacity.
with

storage as (
    select * from {{ ref('fct_reservoir_storage_monthly') }}
    where {{ in_scope() }}
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
    where capacity_status in ('confirmed', 'corrected')
),

final as (
    select
        storage.scenario_id,
        storage.reservoir_code,
        storage.water_month,
        storage.capacity_taf,
        storage.q100_taf
    from storage
    inner join reservoir on storage.reservoir_code = reservoir.reservoir_code
    where
        storage.q100_taf
        > storage.capacity_taf * {{ constant('storage_over_capacity_limit_fraction') }}
)

select * from final
