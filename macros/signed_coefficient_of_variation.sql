{#-
    Sample standard deviation over the size of the mean, for values of either sign; NULL below two values, and for a
    mean that is 0 but for rounding: the spread of such values has no measure, and 0 would say that they are all alike
-#}
{% macro signed_coefficient_of_variation(value) -%}
    case
        when abs(avg({{ value }})) >= 1e-9 then stddev_samp({{ value }}) / abs(avg({{ value }}))
    end
{%- endmacro %}
