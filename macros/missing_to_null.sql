{#- HEC-DSS writes -901 or -902 for a missing value, some tools a huge negative number; NaN sorts above all numbers -#}
{% macro missing_to_null(value) -%}
    case
        when {{ value }} in (-901, -902, 'NaN'::double precision) or {{ value }} < -1e30 then null
        else {{ value }}
    end
{%- endmacro %}
