{#- Mean, spread and exceedances of an annual volume over the complete water years -#}
{% macro annual_columns(name) -%}
    avg({{ name }}_taf) as annual_{{ name }}_mean_taf,
    {{ coefficient_of_variation(name ~ '_taf') }} as annual_{{ name }}_cv,
    {{ exceedance_columns(name ~ '_taf', prefix='annual_' ~ name ~ '_', suffix='_taf') }}
{%- endmacro %}

{#- How many of the years with a known shortage are short, and in what share of the known months there is none -#}
{% macro shortage_year_columns() -%}
    count(has_shortage)::integer as shortage_complete_years,
    case
        when count(has_shortage) > 0 then count(*) filter (where has_shortage)
    end::integer as shortage_years_count,
    {{ share_true('has_shortage') }} * 100 as shortage_frequency_pct,
    1 - (sum(shortage_months_count) / nullif(sum(known_months_count), 0))::double precision
        as monthly_reliability
{%- endmacro %}
