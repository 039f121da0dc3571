{#-
    Pearson's r over the rows where both are known; NULL where one of them is constant. Conversion of units leaves
    rounding on a constant flow, so constant means that its spread is within the relative tolerance of its mean.
-#}
{% macro correlation(y, x) -%}
    case
        when
            sqrt(regr_syy({{ y }}, {{ x }}) / nullif(regr_count({{ y }}, {{ x }}), 0))
            > {{ constant('relative_tolerance_fraction') }} * abs(regr_avgy({{ y }}, {{ x }}))
            and sqrt(regr_sxx({{ y }}, {{ x }}) / nullif(regr_count({{ y }}, {{ x }}), 0))
            > {{ constant('relative_tolerance_fraction') }} * abs(regr_avgx({{ y }}, {{ x }}))
            then corr({{ y }}, {{ x }})
    end
{%- endmacro %}
