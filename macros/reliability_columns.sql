{#-
    The reliability of a water supply, one meaning for all families, from rows with demand_taf, shortage_taf and
    has_shortage. What is met is demand less shortage, from whatever source; a period counts where both are known.
-#}
{% macro volumetric_reliability() -%}
    least(1, greatest(0,
        1
        - sum(shortage_taf) filter (where demand_taf is not null)
        / nullif(sum(demand_taf) filter (where shortage_taf is not null), 0)
    ))
{%- endmacro %}

{% macro annual_reliability_columns() -%}
    {{ volumetric_reliability() }} as volumetric_reliability,
    {{ share_true('not has_shortage') }} as annual_reliability,
    {{ percentile('shortage_taf / nullif(demand_taf, 0) * 100', 95) }} as p95_annual_shortage_pct
{%- endmacro %}

{% macro monthly_reliability_column() -%}
    {{ share_true('not has_shortage') }} as monthly_reliability
{%- endmacro %}

{#- Percent of the demand that is met, by volume over the sampled periods -#}
{% macro demand_met_column() -%}
    {{ volumetric_reliability() }} * 100 as demand_met_pct
{%- endmacro %}
