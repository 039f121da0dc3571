{#-
    Sample standard deviation (n - 1) over the mean; NULL below two values. 0 when all values are 0 or the mean is below 0;
    NULL when the mean is 0 but for rounding, whose quotient would be of rounding, too
-#}
{% macro coefficient_of_variation(value) -%}
    case
        when count({{ value }}) < 2 then null
        when max(abs({{ value }})) = 0 then 0
        when abs(avg({{ value }})) < 1e-9 then null
        when avg({{ value }}) < 0 then 0
        else stddev_samp({{ value }}) / avg({{ value }})
    end
{%- endmacro %}
