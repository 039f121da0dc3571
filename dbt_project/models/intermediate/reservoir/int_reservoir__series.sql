-- Which series and levels does each reservoir of a model run have, and what does each level rest on? TAF and CFS.
-- A level comes from its series; only where the file has no such series, from a constant (spec: dead pool also from the list).
with

entity_series as (
    select * from {{ ref('int_calsim__entity_series') }}
    where entity_kind = 'reservoir'
),

variable_map as (
    select * from {{ ref('variable_map') }}
    where entity_kind = 'reservoir'
),

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

level_constant as (
    select
        entity_code as reservoir_code,
        max(constant_value) filter (where measure = 'flood_level') as flood_level_taf,
        max(constant_value) filter (where measure = 'dead_pool_level') as dead_pool_level_taf
    from variable_map
    group by entity_code
),

-- max() of one array hands the array on without reading it
pivoted as (
    select
        scenario_id,
        load_id,
        entity_code as reservoir_code,
        bool_or(measure = 'storage') as has_storage_series,
        max(month_values) filter (where measure = 'storage') as storage_values,
        bool_or(measure = 'flood_release') as has_flood_release_series,
        max(month_values) filter (where measure = 'flood_release') as flood_release_values,
        max(units) filter (where measure = 'flood_release') as flood_release_units,
        max(month_values) filter (where measure = 'flood_level') as flood_level_values,
        max(part_b) filter (where measure = 'flood_level') as flood_level_part_b,
        max(month_values) filter (where measure = 'dead_pool_level') as dead_pool_level_values,
        max(part_b) filter (where measure = 'dead_pool_level') as dead_pool_level_part_b
    from entity_series
    group by scenario_id, load_id, entity_code
),

final as (
    select
        pivoted.scenario_id,
        pivoted.load_id,
        pivoted.reservoir_code,
        pivoted.has_storage_series,
        pivoted.storage_values,
        pivoted.has_flood_release_series,
        pivoted.flood_release_values,
        pivoted.flood_release_units,
        pivoted.flood_level_values,
        case when pivoted.flood_level_part_b is null then level_constant.flood_level_taf end
            as flood_level_constant_taf,
        case
            when pivoted.flood_level_values is not null
                then 'series ' || pivoted.flood_level_part_b
            when pivoted.flood_level_part_b is null and level_constant.flood_level_taf is not null
                then 'constant ' || level_constant.flood_level_taf || ' TAF'
        end as flood_level_basis,
        pivoted.dead_pool_level_values,
        case
            when pivoted.dead_pool_level_part_b is null
                then coalesce(level_constant.dead_pool_level_taf, reservoir.dead_pool_taf)
        end as dead_pool_constant_taf,
        case
            when pivoted.dead_pool_level_values is not null
                then 'series ' || pivoted.dead_pool_level_part_b
            when pivoted.dead_pool_level_part_b is not null
                then null
            when level_constant.dead_pool_level_taf is not null
                then 'constant ' || level_constant.dead_pool_level_taf || ' TAF'
            when reservoir.dead_pool_taf is not null
                then
                    'reservoir list ' || reservoir.dead_pool_taf || ' TAF ('
                    || reservoir.dead_pool_status || ')'
        end as dead_pool_basis
    from pivoted
    inner join reservoir on pivoted.reservoir_code = reservoir.reservoir_code
    left join level_constant on pivoted.reservoir_code = level_constant.reservoir_code
    where pivoted.has_storage_series or pivoted.has_flood_release_series
)

select * from final
