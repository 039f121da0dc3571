{#-
    The reliability of a water supply, one meaning for all families: what is met of the water that the shortage is
    measured against. A period counts where both are known.
-#}
{#- greatest() and least() pass over NULL, so that an unknown share must be kept out of them -#}
{% macro volumetric_reliability(demand='demand_taf', shortage='shortage_taf') -%}
    {%- set met_share -%}
        1
        - sum({{ shortage }}) filter (where {{ demand }} is not null)
        / nullif(sum({{ demand }}) filter (where {{ shortage }} is not null), 0)
    {%- endset -%}
    case when ({{ met_share }}) is not null then least(1, greatest(0, {{ met_share }})) end
{%- endmacro %}

{% macro annual_reliability_columns(demand='demand_taf') -%}
    {{ volumetric_reliability(demand) }} as volumetric_reliability,
    {{ share_true('not has_shortage') }} as annual_reliability,
    {{ percentile('shortage_taf / nullif(' ~ demand ~ ', 0) * 100', 95) }} as p95_annual_shortage_pct
{%- endmacro %}

{% macro monthly_reliability_column() -%}
    {{ share_true('not has_shortage') }} as monthly_reliability
{%- endmacro %}

{#- Percent of the demand that is met, by volume over the sampled periods -#}
{% macro demand_met_column(shortage='shortage_taf') -%}
    {{ volumetric_reliability(shortage=shortage) }} * 100 as demand_met_pct
{%- endmacro %}
