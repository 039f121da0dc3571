{#- Rows in which a column is greater than the next one, beyond rounding; NULL passes -#}
{% test ascending(model, columns) %}
select *
from {{ model }}
where
    false
    {%- for low in columns[:-1] %}
    {%- set high = columns[loop.index] %}
    or {{ low }} > {{ high }} + {{ constant('relative_tolerance_fraction') }} * greatest(1, abs({{ high }}))
    {%- endfor %}
{% endtest %}
