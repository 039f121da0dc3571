-- Which volumes does the mapping assume as constants? TAF per month of the calendar, within the months of the model run.
with

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
),

variable_map as (
    select * from {{ ref('variable_map') }}
    where constant_value is not null
),

month as (
    select * from {{ ref('dim_month') }}
),

final as (
    select
        scenario_load.scenario_id,
        scenario_load.load_id,
        variable_map.entity_kind,
        variable_map.entity_code,
        variable_map.measure,
        array_agg(
            case
                when
                    month.month_start
                    between scenario_load.first_month and scenario_load.last_month
                    then
                        {{ flow_to_taf(
                            'variable_map.constant_value', 'variable_map.units', 'month.days_in_month'
                        ) }}
            end
            order by month.month_index
        ) as volume_taf_values
    from scenario_load
    cross join variable_map
    cross join month
    group by
        scenario_load.scenario_id,
        scenario_load.load_id,
        variable_map.entity_kind,
        variable_map.entity_code,
        variable_map.measure
)

select * from final
