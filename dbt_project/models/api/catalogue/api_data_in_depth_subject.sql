-- Of what can yearly values be asked for, and how is each called? Route: data in depth.
{%- set kinds = [
    ("'reservoir'", 'dim_reservoir', 'reservoir_code', 'reservoir_name'),
    ("'channel_reach'", 'dim_channel_reach', 'reach_code', 'reach_name'),
    ("'delta_variable'", 'delta_variable', 'variable_code', 'variable_name'),
    ("'mi_contractor'", 'dim_mi_contractor', 'contractor_code', 'contractor_name'),
    ('entity_kind', 'dim_demand_unit', 'unit_code', 'unit_label'),
    ("family || '_aggregate'", 'supply_aggregate', 'aggregate_code', 'aggregate_name'),
] %}
with
{%- for kind, relation, code, name in kinds %}

{{ relation }} as (
    select * from {{ ref(relation) }}
),
{%- endfor %}

final as (
    {%- for kind, relation, code, name in kinds %}
    select
        {{ kind }} as subject_kind,
        {{ code }} as subject_code,
        {{ name }} as subject_name
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
