-- Which standard was in force for a Delta variable in each month, and was it kept? Values in the unit of the row.
-- From October to January the type of the year before is in force; an answer that an unknown could change is left open.
with

delta_value as (
    select * from {{ ref('int_delta__value') }}
),

year_type as (
    select * from {{ ref('int_water_year__type') }}
    where index_code = 'SAC_40_30_30'
),

standard as (
    select * from {{ ref('dim_delta_standard') }}
),

in_table as (
    select distinct variable_code from standard
),

limited as (
    select
        delta_value.*,
        year_type.type_code as type_in_force,
        -- a standard of the model takes the place of the table in the months of the table, also where it is missing;
        -- where the table has no such station, in all months
        delta_value.has_standard_series
        and (
            standard.variable_code is not null
            or in_table.variable_code is null
        ) as has_own_standard,
        not delta_value.has_standard_series and standard.variable_code is not null as has_table,
        standard.lowest_limit,
        standard.highest_limit
    from delta_value
    left join year_type
        on
            delta_value.scenario_id = year_type.scenario_id
            and delta_value.water_year - (delta_value.water_month <= 4)::integer
            = year_type.water_year
    left join in_table on delta_value.variable_code = in_table.variable_code
    left join standard
        on
            delta_value.variable_code = standard.variable_code
            and delta_value.water_month = standard.water_month
            and year_type.type_code is not distinct from standard.type_code
),

final as (
    select
        scenario_id,
        load_id,
        variable_code,
        category,
        is_compatibility,
        unit,
        month_index,
        calendar_year,
        water_year,
        water_month,
        type_in_force,
        value,
        outflow_cfs,
        case
            when category not like 'salinity%' then null
            when has_own_standard then standard_part
            when has_table then 'Decision 1641, table'
        end as standard_basis,
        {%- for limit, code in ec_limits().items() %}
        case when category like 'salinity%' then value > {{ threshold(code) }} end
            as is_above_{{ limit }},
        {%- endfor %}
        case
            when category not like 'salinity%' then null
            when has_own_standard then value > standard_ecs
            when value > highest_limit then true
            when value <= lowest_limit then false
        end as is_above_d1641,
        case
            when category <> 'outflow' then null
            when outflow_index_cfs >= highest_limit - {{ threshold('minimum_flow_tolerance_cfs') }}
                then true
            when outflow_index_cfs < lowest_limit - {{ threshold('minimum_flow_tolerance_cfs') }}
                then false
        end as is_d1641_outflow_met,
        {%- for place in x2_places() %}
        case
            when category = 'x2' and not is_compatibility and water_month between 5 and 9
                then value <= {{ threshold('x2_' ~ place ~ '_km') }}
        end as is_x2_at_{{ place }},
        {%- endfor %}
        case when category = 'x2' then value <= lowest_limit end as is_x2_fall_met
    from limited
)

select * from final
