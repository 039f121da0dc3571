{#- Count, mean, spread, percentiles and exceedances of a monthly volume over the years of a water month -#}
{% macro distribution_columns(value) -%}
    count({{ value }})::integer as sample_count,
    avg({{ value }}) as mean_taf,
    {{ coefficient_of_variation(value) }} as cv,
    {{ quantile_columns(value, suffix='_taf') }},
    {{ exceedance_columns(value, suffix='_taf') }}
{%- endmacro %}
