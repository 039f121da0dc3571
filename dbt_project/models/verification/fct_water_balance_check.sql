-- Does the water of each unit add up: what it asks for, less all that it gets and lacks? TAF a month.
-- Only months in which every term is known; a derived shortage proves nothing and has no residual (method: reliability).
{%- set families = [
    {'model': 'int_urban__monthly', 'entity_kind': "'urban_demand_unit'", 'code': 'unit_code'},
    {'model': 'int_contractor__monthly', 'entity_kind': "'mi_contractor'", 'code': 'contractor_code'},
    {'model': 'int_applied_water__monthly', 'entity_kind': 'entity_kind', 'code': 'unit_code'},
] %}
with

{% for family in families -%}
{{ family.model }} as (
    select
        scenario_id,
        load_id,
        {{ family.entity_kind }} as entity_kind,
        {{ family.code }} as entity_code,
        demand_taf,
        balance_residual_taf
    from {{ ref(family.model) }}
    where {{ in_scope() }}
),

{% endfor -%}

months as (
    {%- for family in families %}
    select * from {{ family.model }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

tolerance as (
    select {{ constant('water_balance_tolerance_taf') }} as tolerance_taf
),

statistics as (
    select
        months.scenario_id,
        months.load_id,
        months.entity_kind,
        months.entity_code,
        tolerance.tolerance_taf,
        count(*)::integer as checked_months_count,
        count(*) filter (
            where abs(months.balance_residual_taf) > tolerance.tolerance_taf
        )::integer
            as unbalanced_months_count,
        avg(months.demand_taf) as demand_mean_taf,
        avg(months.balance_residual_taf) as residual_mean_taf,
        max(abs(months.balance_residual_taf)) as residual_largest_taf
    from months
    cross join tolerance
    where months.balance_residual_taf is not null
    group by
        months.scenario_id,
        months.load_id,
        months.entity_kind,
        months.entity_code,
        tolerance.tolerance_taf
),

final as (
    select
        scenario_id,
        entity_kind,
        entity_code,
        checked_months_count,
        unbalanced_months_count,
        unbalanced_months_count = 0 as is_balanced,
        demand_mean_taf,
        residual_mean_taf,
        residual_largest_taf,
        tolerance_taf,
        load_id
    from statistics
)

select * from final
