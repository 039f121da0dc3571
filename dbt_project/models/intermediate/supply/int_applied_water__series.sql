-- Which volumes of each agricultural unit and refuge does a model run give, and what do shortage and pumping rest on? TAF.
-- What the model gives out comes first; the balance stands in only where the file has every other term it is mapped to.
{%- set measures = [
    'demand', 'riparian_et', 'delivery', 'groundwater_pumping', 'reuse', 'shortage', 'groundwater_shortage'
] %}
{%- set supplies = ['riparian_et', 'delivery', 'reuse'] %}
with

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind in ('agricultural_demand_unit', 'refuge_demand_unit')
),

variable_map as (
    select * from {{ ref('variable_map') }}
    where entity_kind in ('agricultural_demand_unit', 'refuge_demand_unit')
),

mapped as (
    select
        {%- for measure in supplies + ['groundwater_pumping'] %}
        bool_or(measure = '{{ measure }}') as has_mapped_{{ measure }},
        {%- endfor %}
        entity_kind,
        entity_code
    from variable_map
    group by entity_kind, entity_code
),

-- max() of one array hands the array on without reading it
pivoted as (
    select
        scenario_id,
        load_id,
        {%- for measure in measures %}
        bool_or(measure = '{{ measure }}') as has_{{ measure }}_series,
        max(volume_taf_values) filter (where measure = '{{ measure }}') as {{ measure }}_values,
        {%- endfor %}
        entity_kind,
        entity_code
    from volume
    group by scenario_id, load_id, entity_kind, entity_code
),

known as (
    select
        pivoted.scenario_id,
        pivoted.load_id,
        pivoted.entity_kind,
        pivoted.entity_code as unit_code,
        pivoted.has_demand_series,
        pivoted.demand_values,
        pivoted.has_delivery_series,
        {%- for supply in supplies %}
        pivoted.{{ supply }}_values,
        mapped.has_mapped_{{ supply }},
        {%- endfor %}
        pivoted.has_groundwater_pumping_series,
        pivoted.groundwater_pumping_values,
        mapped.has_mapped_groundwater_pumping,
        pivoted.has_shortage_series or pivoted.has_groundwater_shortage_series
            as has_shortage_series,
        coalesce(pivoted.shortage_values, pivoted.groundwater_shortage_values) as shortage_values,
        pivoted.demand_values is not null
        {%- for supply in supplies %}
        and (pivoted.{{ supply }}_values is not null or not mapped.has_mapped_{{ supply }})
        {%- endfor %} as has_all_other_terms
    from pivoted
    inner join mapped
        on
            pivoted.entity_kind = mapped.entity_kind
            and pivoted.entity_code = mapped.entity_code
    where
        pivoted.has_demand_series
        or pivoted.has_delivery_series
        or pivoted.has_groundwater_pumping_series
        or pivoted.has_shortage_series
        or pivoted.has_groundwater_shortage_series
),

final as (
    select
        *,
        case
            when shortage_values is not null then 'model'
            when has_shortage_series then 'none'
            when
                has_all_other_terms
                and (groundwater_pumping_values is not null or not has_mapped_groundwater_pumping)
                then 'derived'
            else 'none'
        end as shortage_source,
        case
            when groundwater_pumping_values is not null then 'model'
            when has_groundwater_pumping_series then 'none'
            when
                has_mapped_groundwater_pumping
                and has_all_other_terms
                and shortage_values is not null
                then 'calculated'
            else 'none'
        end as groundwater_pumping_basis
    from known
)

select * from final
