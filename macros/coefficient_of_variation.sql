{#- Sample standard deviation (n - 1) over the mean; 0 when the mean is 0 or less, NULL below two values -#}
{% macro coefficient_of_variation(value) -%}
    case
        when count({{ value }}) < 2 then null
        when avg({{ value }}) <= 0 then 0
        else stddev_samp({{ value }}) / avg({{ value }})
    end
{%- endmacro %}
