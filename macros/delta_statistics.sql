{#- Salinities that shares of months are published for, by the number in the column's name: codes of the seed `threshold` -#}
{% macro ec_limits() -%}
    {{ return({'450': 'ec_drinking_ecs', '900': 'ec_low_ecs', '1600': 'ec_mid_ecs', '2500': 'ec_high_ecs'}) }}
{%- endmacro %}

{#- Places that X2 is compared with from February to June -#}
{% macro x2_places() -%}
    {{ return(['collinsville', 'chipps', 'port_chicago']) }}
{%- endmacro %}

{#- How often months of int_delta__monthly keep to their limits, each share with the months for which it is known -#}
{% macro delta_standard_columns() -%}
    {%- for limit in ec_limits() %}
    {{ share_true('is_above_' ~ limit) }} * 100 as exceed_{{ limit }}_pct,
    {%- endfor %}
    max(standard_basis) as standard_basis,
    {{ share_true('is_above_d1641') }} * 100 as d1641_exceed_pct,
    {{ share_true('is_d1641_outflow_met') }} * 100 as d1641_outflow_met_pct,
    {%- for place in x2_places() %}
    {{ share_true('is_x2_at_' ~ place) }} * 100 as x2_{{ place }}_met_pct,
    {%- endfor %}
    {{ share_true('is_x2_fall_met') }} * 100 as x2_fall_met_pct,
    case when count(standard_basis) > 0 then count(is_above_d1641) end::integer
        as d1641_months_count,
    case when category = 'outflow' then count(is_d1641_outflow_met) end::integer
        as d1641_outflow_months_count,
    {%- for season, answer in {'spring': 'is_x2_at_collinsville', 'fall': 'is_x2_fall_met'}.items() %}
    case when category = 'x2' and not is_compatibility then count({{ answer }}) end::integer
        as x2_{{ season }}_months_count{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Names of those columns, for a model that hands them on -#}
{% macro delta_standard_names() -%}
    {%- set names = [] -%}
    {%- for limit in ec_limits() -%}{%- do names.append('exceed_' ~ limit ~ '_pct') -%}{%- endfor -%}
    {%- do names.extend(['standard_basis', 'd1641_exceed_pct', 'd1641_outflow_met_pct']) -%}
    {%- for place in x2_places() -%}{%- do names.append('x2_' ~ place ~ '_met_pct') -%}{%- endfor -%}
    {%- do names.extend(['x2_fall_met_pct', 'd1641_months_count', 'd1641_outflow_months_count']) -%}
    {%- do names.extend(['x2_spring_months_count', 'x2_fall_months_count']) -%}
    {{ return(names) }}
{%- endmacro %}
