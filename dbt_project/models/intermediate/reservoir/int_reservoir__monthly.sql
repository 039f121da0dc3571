-- What did each reservoir hold and release in each month, and was it at its flood level or dead pool? TAF and CFS.
-- One tolerance for both levels; a level that is not known leaves the answer open (NULL).
with

reservoir_series as (
    select * from {{ ref('int_reservoir__series') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

-- the calendar as arrays, unnested side by side with the values: a join per series costs four times as much
calendar as (
    select
        array_agg(month_index order by month_index) as month_indexes,
        array_agg(water_year order by month_index) as water_years,
        array_agg(water_month order by month_index) as water_months,
        array_agg(days_in_month order by month_index) as days_in_months
    from month
),

tolerance as (
    select
        {{ constant('at_level_tolerance_taf') }} as at_level_taf,
        {{ constant('flood_release_minimum_cfs') }} as flood_release_cfs
),

months as (
    select
        reservoir_series.*,
        months.*
    from reservoir_series
    cross join calendar
    cross join lateral unnest(
        calendar.month_indexes,
        calendar.water_years,
        calendar.water_months,
        calendar.days_in_months,
        reservoir_series.storage_values,
        reservoir_series.flood_release_values,
        reservoir_series.flood_level_values,
        reservoir_series.dead_pool_level_values
    ) as months (
        month_index,
        water_year,
        water_month,
        days_in_month,
        storage,
        flood_release,
        flood_level,
        dead_pool_level
    )
),

measured as (
    select
        months.*,
        {{ missing_to_null('storage') }} as storage_taf,
        {{ flow_to_cfs(missing_to_null('flood_release'), 'flood_release_units', 'days_in_month') }}
            as flood_release_cfs,
        coalesce({{ missing_to_null('flood_level') }}, flood_level_constant_taf) as flood_level_taf,
        coalesce({{ missing_to_null('dead_pool_level') }}, dead_pool_constant_taf)
            as dead_pool_level_taf
    from months
),

final as (
    select
        measured.scenario_id,
        measured.load_id,
        measured.reservoir_code,
        measured.month_index,
        measured.water_year,
        measured.water_month,
        measured.days_in_month,
        measured.has_storage_series,
        measured.has_flood_release_series,
        measured.storage_taf,
        measured.flood_release_cfs,
        measured.flood_level_taf,
        measured.dead_pool_level_taf,
        measured.flood_level_basis,
        measured.dead_pool_basis,
        measured.flood_release_cfs > tolerance.flood_release_cfs as has_flood_release,
        measured.storage_taf >= measured.flood_level_taf - tolerance.at_level_taf
            as is_at_flood_pool,
        measured.storage_taf <= measured.dead_pool_level_taf + tolerance.at_level_taf
            as is_at_dead_pool
    from measured
    cross join tolerance
)

select * from final
