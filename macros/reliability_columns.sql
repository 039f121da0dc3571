{#-
    The reliability of a water supply, one meaning for all families: what is met of the water that the shortage is
    measured against. A period counts where both are known.
-#}
{#- A case and not least(greatest()), which take NULL for absent and would make 0 of what is not known -#}
{% macro volumetric_reliability(demand='demand_taf', shortage='shortage_taf') -%}
    {%- set met -%}
    1
    - sum({{ shortage }}) filter (where {{ demand }} is not null)
    / nullif(sum({{ demand }}) filter (where {{ shortage }} is not null), 0)
    {%- endset -%}
    case
        when {{ met }} < 0 then 0
        when {{ met }} > 1 then 1
        else {{ met }}
    end
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
