-- Does each statistics table hold as many rows of a model run as follow from its series, and as were reviewed before?
{%- set tables = [
    'fct_ag_aggregate_delivery_monthly',
    'fct_ag_aggregate_period_summary',
    'fct_ag_aggregate_shortage_monthly',
    'fct_agricultural_delivery_monthly',
    'fct_agricultural_demand_monthly',
    'fct_agricultural_groundwater_pumping_monthly',
    'fct_agricultural_period_summary',
    'fct_agricultural_shortage_monthly',
    'fct_contractor_delivery_monthly',
    'fct_contractor_period_summary',
    'fct_contractor_shortage_monthly',
    'fct_cws_aggregate_delivery_monthly',
    'fct_cws_aggregate_period_summary',
    'fct_cws_aggregate_shortage_monthly',
    'fct_delta_monthly',
    'fct_delta_period_summary',
    'fct_env_flow_availability',
    'fct_env_flow_monthly',
    'fct_env_flow_period_summary',
    'fct_env_flow_seasonal',
    'fct_env_flow_year_type',
    'fct_refuge_aggregate_delivery_monthly',
    'fct_refuge_aggregate_period_summary',
    'fct_refuge_delivery_monthly',
    'fct_refuge_demand_monthly',
    'fct_refuge_period_summary',
    'fct_refuge_shortage_monthly',
    'fct_reservoir_period_summary',
    'fct_reservoir_spill_monthly',
    'fct_reservoir_storage_monthly',
    'fct_storage_aggregate_monthly',
    'fct_urban_delivery_monthly',
    'fct_urban_demand_monthly',
    'fct_urban_period_summary',
    'fct_urban_shortage_monthly',
    'fct_water_year_type',
] %}
with

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
    where {{ in_scope() }}
),

expected as (
    select * from {{ ref('int_calsim__expected_rows') }}
    where {{ in_scope() }}
),

-- figures of another load of the scenario say nothing about this one
reviewed as (
    select expected_row_counts.*
    from {{ ref('expected_row_counts') }} as expected_row_counts
    inner join scenario_load
        on
            expected_row_counts.scenario_id = scenario_load.scenario_id
            and expected_row_counts.load_id = scenario_load.load_id
),
{%- for table in tables %}

{{ table }} as (
    select * from {{ ref(table) }}
    where {{ in_scope() }}
),

{% endfor -%}

counted as (
    {%- for table in tables %}
    select
        scenario_id,
        '{{ table }}' as table_name,
        count(*) as actual_rows
    from {{ table }}
    group by scenario_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

compared as (
    select
        coalesce(expected.scenario_id, counted.scenario_id) as scenario_id,
        coalesce(expected.table_name, counted.table_name) as table_name,
        coalesce(expected.expected_rows, 0) as expected_rows,
        coalesce(counted.actual_rows, 0) as actual_rows
    from expected
    full join counted
        on
            expected.scenario_id = counted.scenario_id
            and expected.table_name = counted.table_name
),

reviewed_scenario as (
    select distinct scenario_id from reviewed
),

-- a scenario with any reviewed table has all of them reviewed: no figure means no rows
final as (
    select
        compared.scenario_id,
        compared.table_name,
        compared.expected_rows::integer as expected_rows,
        case
            when reviewed_scenario.scenario_id is not null
                then coalesce(reviewed.expected_rows, 0)
        end as reviewed_rows,
        compared.actual_rows::integer as actual_rows,
        scenario_load.load_id
    from compared
    left join reviewed
        on
            compared.scenario_id = reviewed.scenario_id
            and compared.table_name = reviewed.table_name
    left join reviewed_scenario on compared.scenario_id = reviewed_scenario.scenario_id
    left join scenario_load on compared.scenario_id = scenario_load.scenario_id
)

select * from final
