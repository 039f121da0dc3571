-- Every statistic of every scenario as one row, so that any two can be set side by side. Route: comparison of scenarios.
-- A view over the stored tables: what it shows is as new as they are, for each scenario on its own.
{%- set monthly = {
    'fct_ag_aggregate_delivery_monthly': 'aggregate_code',
    'fct_ag_aggregate_shortage_monthly': 'aggregate_code',
    'fct_agricultural_delivery_monthly': 'unit_code',
    'fct_agricultural_demand_monthly': 'unit_code',
    'fct_agricultural_groundwater_pumping_monthly': 'unit_code',
    'fct_agricultural_shortage_monthly': 'unit_code',
    'fct_contractor_delivery_monthly': 'contractor_code',
    'fct_contractor_shortage_monthly': 'contractor_code',
    'fct_cws_aggregate_delivery_monthly': 'aggregate_code',
    'fct_cws_aggregate_shortage_monthly': 'aggregate_code',
    'fct_delta_monthly': 'variable_code',
    'fct_env_flow_monthly': 'reach_code',
    'fct_refuge_aggregate_delivery_monthly': 'aggregate_code',
    'fct_refuge_delivery_monthly': 'unit_code',
    'fct_refuge_demand_monthly': 'unit_code',
    'fct_refuge_shortage_monthly': 'unit_code',
    'fct_reservoir_spill_monthly': 'reservoir_code',
    'fct_reservoir_storage_monthly': 'reservoir_code',
    'fct_storage_aggregate_monthly': 'aggregate_code',
    'fct_urban_delivery_monthly': 'unit_code',
    'fct_urban_demand_monthly': 'unit_code',
    'fct_urban_shortage_monthly': 'unit_code',
} %}
{%- set of_period = {
    'fct_ag_aggregate_period_summary': 'aggregate_code',
    'fct_agricultural_period_summary': 'unit_code',
    'fct_contractor_period_summary': 'contractor_code',
    'fct_cws_aggregate_period_summary': 'aggregate_code',
    'fct_delta_period_summary': 'variable_code',
    'fct_env_flow_period_summary': 'reach_code',
    'fct_refuge_aggregate_period_summary': 'aggregate_code',
    'fct_refuge_period_summary': 'unit_code',
    'fct_reservoir_period_summary': 'reservoir_code',
    'fct_urban_period_summary': 'unit_code',
} %}
with
{%- for table in monthly.keys() | list + of_period.keys() | list + ['fct_env_flow_seasonal'] %}

{{ table }} as (
    select * from {{ ref(table) }}
),
{%- endfor %}

unit as (
    select * from {{ ref('unit') }}
),

statistic as (
    {%- for table, entity in monthly.items() %}
    {{ long_statistics(table, entity, 'water_month') }}
    union all
    {%- endfor %}
    {%- for table, entity in of_period.items() %}
    {{ long_statistics(table, entity, "'all'") }}
    union all
    {%- endfor %}
    {{ long_statistics('fct_env_flow_seasonal', 'reach_code', 'season_code') }}
),

final as (
    select
        statistic.scenario_id,
        statistic.load_id,
        statistic.table_name,
        statistic.entity_code,
        statistic.period_code,
        statistic.statistic_code,
        -- a coefficient of variation has no unit, whatever the row is about
        case
            when statistic.statistic_code !~ '(^|_)cv$'
                then coalesce(unit.unit_code, statistic.row_unit)
        end as unit,
        statistic.value
    from statistic
    left join unit
        on substring(statistic.statistic_code from '[^_]+$') = unit.column_suffix
)

select * from final
