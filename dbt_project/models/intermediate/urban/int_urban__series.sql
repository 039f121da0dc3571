-- Which volumes of each urban demand unit does a model run give, and what do its demand and shortage rest on? TAF.
-- The shortage of contract water is measured against what the project allocates, that of all others against the demand.
{%- set measures = [
    'delivery', 'groundwater_pumping', 'demand', 'shortage', 'groundwater_shortage'
] %}
with

volume as (
    select * from {{ ref('int_supply__volume') }}
    where entity_kind = 'urban_demand_unit'
),

variable_map as (
    select * from {{ ref('variable_map') }}
    where entity_kind = 'urban_demand_unit'
),

allocation as (
    select * from {{ ref('int_supply__allocation') }}
    where entity_kind = 'urban_demand_unit'
),

mapped as (
    select
        entity_code as unit_code,
        bool_or(measure = 'delivery') as has_mapped_delivery,
        bool_or(measure = 'groundwater_pumping') as has_mapped_groundwater_pumping,
        bool_or(measure = 'shortage')
        and not bool_or(measure = 'demand' and part_b is not null) as is_contract_water
    from variable_map
    group by entity_code
),

-- max() of one array hands the array on without reading it
pivoted as (
    select
        scenario_id,
        load_id,
        entity_code as unit_code,
        bool_or(basis <> 'constant') as has_series,
        bool_or(measure = 'demand' and basis = 'constant') as has_constant_demand,
        bool_or(measure in ('shortage', 'groundwater_shortage')) as has_shortage_series,
    {%- for measure in measures %}
    max(volume_taf_values) filter (where measure = '{{ measure }}') as {{ measure }}_values
    {{- ',' if not loop.last }}
    {%- endfor %}
    from volume
    group by scenario_id, load_id, entity_code
),

known as (
    select
        pivoted.scenario_id,
        pivoted.load_id,
        pivoted.unit_code,
        mapped.is_contract_water,
        mapped.has_mapped_delivery,
        mapped.has_mapped_groundwater_pumping,
        pivoted.has_shortage_series,
        pivoted.has_constant_demand,
        pivoted.delivery_values,
        pivoted.groundwater_pumping_values,
        pivoted.demand_values,
        coalesce(pivoted.shortage_values, pivoted.groundwater_shortage_values) as shortage_values,
        allocation.allocation_fraction_values
    from pivoted
    inner join mapped on pivoted.unit_code = mapped.unit_code
    left join allocation
        on
            pivoted.scenario_id = allocation.scenario_id
            and pivoted.unit_code = allocation.entity_code
    where pivoted.has_series
),

final as (
    select
        *,
        case
            when demand_values is not null and has_constant_demand then 'constant'
            when demand_values is not null then 'model'
            when
                allocation_fraction_values is not null
                and delivery_values is not null
                and shortage_values is not null
                then 'derived'
            else 'none'
        end as demand_source,
        case
            when shortage_values is not null then 'model'
            when
                not has_shortage_series
                and not is_contract_water
                and demand_values is not null
                and (delivery_values is not null or not has_mapped_delivery)
                and (groundwater_pumping_values is not null or not has_mapped_groundwater_pumping)
                then 'derived'
            else 'none'
        end as shortage_source
    from known
)

select * from final
