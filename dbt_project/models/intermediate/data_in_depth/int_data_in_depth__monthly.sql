-- Which monthly values lie behind the yearly series of data in depth? In the unit that the seed data_in_depth_measure names.
-- A measure that is a ratio has its numerator as value and its denominator as basis.
{%- set supplied = [('delivery', 'delivery_taf', 'null'), ('shortage', 'shortage_taf', 'null')] %}
{%- set sources = {
    'urban': {
        'kind': "'urban_demand_unit'",
        'code': 'unit_code',
        'measures': supplied + [
            ('shortage_pct', 'shortage_taf', 'target_taf'),
            ('demand_met_pct', 'demand_taf - unmet_demand_taf', 'demand_taf'),
        ],
    },
    'contractor': {'kind': "'mi_contractor'", 'code': 'contractor_code', 'measures': supplied},
    'cws_aggregate': {'kind': "'cws_aggregate'", 'code': 'aggregate_code', 'measures': supplied},
    'applied_water': {
        'kind': 'entity_kind',
        'code': 'unit_code',
        'measures': supplied + [
            ('groundwater_pumping', 'groundwater_pumping_taf', 'null'),
            ('demand_met_pct', 'demand_taf - shortage_taf', 'demand_taf'),
        ],
    },
    'supply_aggregate': {'kind': 'entity_kind', 'code': 'aggregate_code', 'measures': supplied},
    'env_flow': {
        'kind': "'channel_reach'",
        'code': 'reach_code',
        'measures': [('flow', 'flow_taf', 'null'), ('flow_cfs', 'flow_cfs', 'null')],
    },
} %}
with

reservoir as (
    select * from {{ ref('int_reservoir__monthly') }}
),

capacity as (
    select * from {{ ref('dim_reservoir') }}
),

delta as (
    select * from {{ ref('int_delta__value') }}
),
{%- for name in sources %}

{{ name }} as (
    select * from {{ ref('int_' ~ name ~ '__monthly') }}
),
{%- endfor %}

final as (
    {%- for name, source in sources.items() %}
    select
        {{ name }}.scenario_id,
        {{ name }}.load_id,
        {{ source.kind }} as subject_kind,
        {{ name }}.{{ source.code }} as subject_code,
        measured.measure_code,
        {{ name }}.water_year,
        {{ name }}.water_month,
        measured.value,
        measured.basis
    from {{ name }}
    cross join
        lateral (
            values
            {%- for measure, value, basis in source.measures %}
            ('{{ measure }}', {{ value }}, {{ basis }}::double precision){{ ',' if not loop.last }}
            {%- endfor %}
        ) as measured (measure_code, value, basis)
    union all
    {%- endfor %}
    select
        reservoir.scenario_id,
        reservoir.load_id,
        'reservoir' as subject_kind,
        reservoir.reservoir_code as subject_code,
        measured.measure_code,
        reservoir.water_year,
        reservoir.water_month,
        reservoir.storage_taf as value,
        measured.basis
    from reservoir
    inner join capacity on reservoir.reservoir_code = capacity.reservoir_code
    cross join
        lateral (
            values ('storage', null), ('storage_pct', capacity.percent_basis_taf)
        ) as measured (measure_code, basis)
    union all
    select
        delta.scenario_id,
        delta.load_id,
        'delta_variable' as subject_kind,
        delta.variable_code as subject_code,
        measured.measure_code,
        delta.water_year,
        delta.water_month,
        measured.value,
        null as basis
    from delta
    cross join
        lateral (
            values
            (
                case
                    when delta.category = 'outflow' then 'outflow'
                    when delta.category = 'x2' then 'x2'
                    else 'ec'
                end,
                delta.value
            ),
            (case when delta.category = 'outflow' then 'outflow_cfs' end, delta.outflow_cfs)
        ) as measured (measure_code, value)
    where measured.measure_code is not null
)

select * from final
