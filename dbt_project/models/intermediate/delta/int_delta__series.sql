-- Which series does each Delta variable of a model run have, in its own month: values, outflow index, standard?
-- The model writes X2 one month late; dropping the first element moves every value to the month it belongs to.
-- Where the file has no outflow NDO at all, the outflow is that of its index.
with

delta_variable as (
    select * from {{ ref('delta_variable') }}
),

entity_series as (
    select * from {{ ref('int_calsim__entity_series') }}
    where
        entity_kind = 'delta_variable'
        and measure in ('ec', 'ec_standard', 'x2_previous_month')
),

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind = 'delta_variable' and measure in ('outflow', 'outflow_index')
),

measured as (
    select
        scenario_id,
        load_id,
        entity_code as variable_code,
        measure,
        'series ' || part_b as basis,
        month_values
    from entity_series
    union all
    select
        scenario_id,
        load_id,
        entity_code as variable_code,
        measure,
        basis,
        volume_taf_values as month_values
    from volume
),

judged as (
    select
        measured.*,
        bool_or(measure = 'outflow') over (partition by scenario_id, variable_code) as has_outflow
    from measured
),

-- max() of one array hands the array on without reading it
pivoted as (
    select
        scenario_id,
        load_id,
        variable_code,
        max(month_values) filter (
            where measure in ('outflow', 'ec', 'x2_previous_month')
            or (measure = 'outflow_index' and not has_outflow)
        ) as own_values,
        max(month_values) filter (where measure = 'outflow_index') as index_taf_values,
        bool_or(measure = 'ec_standard') as has_standard_series,
        max(month_values) filter (where measure = 'ec_standard') as standard_values,
        max(basis) filter (where measure = 'ec_standard') as standard_part
    from judged
    group by scenario_id, load_id, variable_code
    having bool_or(measure <> 'ec_standard')
),

final as (
    select
        pivoted.scenario_id,
        pivoted.load_id,
        pivoted.variable_code,
        delta_variable.category,
        delta_variable.is_compatibility,
        delta_variable.unit,
        pivoted.own_values[delta_variable.shift_months + 1:] as own_values,
        pivoted.index_taf_values,
        pivoted.has_standard_series,
        pivoted.standard_values,
        case when pivoted.standard_values is not null then pivoted.standard_part end
            as standard_part
    from pivoted
    inner join delta_variable on pivoted.variable_code = delta_variable.variable_code
)

select * from final
