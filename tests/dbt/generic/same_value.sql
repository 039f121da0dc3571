{#- Rows in which two expressions differ beyond rounding, or only one of them is NULL -#}
{% test same_value(model, column, other) %}
select *
from {{ model }}
where
    ({{ column }} is null) <> ({{ other }} is null)
    or abs({{ column }} - ({{ other }}))
    > {{ constant('relative_tolerance_fraction') }} * greatest(1, abs({{ other }}))
{% endtest %}
