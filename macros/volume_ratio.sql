{#- Percent of one volume in another, each summed over the rows where both are known; NULL without a volume to divide by -#}
{% macro volume_ratio(volume, basis) -%}
    100
    * sum({{ volume }}) filter (where {{ basis }} is not null)
    / nullif(sum({{ basis }}) filter (where {{ volume }} is not null), 0)
{%- endmacro %}
