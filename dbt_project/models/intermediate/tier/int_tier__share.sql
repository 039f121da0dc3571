-- Which shares of months or years do the published tier rules look at? Fractions; NULL, with a reason, where one is open.
-- Salinity of a month must be known at every station of the tier; the worse station counts.
with

entity_series as (
    select * from {{ ref('int_calsim__entity_series') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

station as (
    select
        tier_location.tier_code,
        delta_variable.variable_code as entity_code
    from {{ ref('tier_location') }} as tier_location
    inner join {{ ref('delta_variable') }} as delta_variable
        on tier_location.location_code = delta_variable.station_code
    where tier_location.tier_code = 'FW_DELTA_USES'
),

limit_ecs as (
    select
        max(value) filter (where threshold_code = 'ec_low_ecs') as low_ecs,
        max(value) filter (where threshold_code = 'ec_mid_ecs') as mid_ecs,
        max(value) filter (where threshold_code = 'ec_high_ecs') as high_ecs
    from {{ ref('threshold') }}
),

storage_threshold as (
    select * from {{ ref('tier_storage_threshold') }}
),

salinity_month as (
    select
        entity_series.scenario_id,
        station.tier_code,
        station.entity_code,
        {{ missing_to_null('values_of.value') }} as month_ecs
    from entity_series
    inner join station on entity_series.entity_code = station.entity_code
    cross join lateral unnest(entity_series.month_values) as values_of (value)
    where entity_series.entity_kind = 'delta_variable' and entity_series.measure = 'ec'
),

salinity_station as (
    select
        salinity_month.scenario_id,
        salinity_month.tier_code,
        salinity_month.entity_code,
        {{ share_true('month_ecs < low_ecs') }} as months_below_low,
        {{ share_true('month_ecs < mid_ecs') }} as months_below_mid,
        {{ share_true('month_ecs > high_ecs') }} as months_above_high
    from salinity_month
    cross join limit_ecs
    group by
        salinity_month.scenario_id,
        salinity_month.tier_code,
        salinity_month.entity_code
),

salinity as (
    select
        scenario_id,
        tier_code,
        min(months_below_low) as months_below_low,
        min(months_below_mid) as months_below_mid,
        max(months_above_high) as months_above_high
    from salinity_station
    group by scenario_id, tier_code
    having count(months_below_low) = (select count(*) from station)
),

storage as (
    select
        entity_series.scenario_id,
        storage_threshold.reservoir_code,
        {{ share_true(missing_to_null('values_of.value') ~ ' >= median_taf') }} as years_at_median,
        {{ share_true(missing_to_null('values_of.value') ~ ' >= third_taf') }} as years_at_third
    from entity_series
    inner join storage_threshold on entity_series.entity_code = storage_threshold.reservoir_code
    cross join
        lateral unnest(entity_series.month_values) with ordinality as values_of (value, position)
    inner join month on values_of.position = month.month_index
    where
        entity_series.entity_kind = 'reservoir'
        and entity_series.measure = 'storage'
        and month.water_month = 7
    group by entity_series.scenario_id, storage_threshold.reservoir_code
),

final as (
    {%- for criterion in ['months_below_low', 'months_below_mid', 'months_above_high'] %}
    select
        scenario_id,
        tier_code,
        null as location_code,
        '{{ criterion }}' as criterion,
        {{ criterion }} as share_fraction
    from salinity
    union all
    {%- endfor %}
    {%- for criterion in ['years_at_median', 'years_at_third'] %}
    select
        scenario_id,
        'RES_STOR' as tier_code,
        reservoir_code as location_code,
        '{{ criterion }}' as criterion,
        {{ criterion }} as share_fraction
    from storage
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
