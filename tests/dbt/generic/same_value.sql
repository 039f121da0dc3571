{#- Rows in which the two expressions of a pair differ beyond rounding, or only one of them is NULL -#}
{% test same_value(model, pairs) %}
select *
from {{ model }}
where
    false
    {%- for one, other in pairs %}
    or ({{ one }} is null) <> ({{ other }} is null)
    or abs({{ one }} - ({{ other }}))
    > {{ constant('relative_tolerance_fraction') }} * greatest(1, abs({{ other }}))
    {%- endfor %}
{% endtest %}
