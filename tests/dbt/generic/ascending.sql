{#- Rows in which a column is greater than the next one of its order, beyond rounding; NULL passes -#}
{% test ascending(model, orders) %}
select *
from {{ model }}
where
    false
    {%- for columns in orders %}
    {%- for low in columns[:-1] %}
    {%- set high = columns[loop.index] %}
    or {{ low }} > {{ high }} + {{ constant('relative_tolerance_fraction') }} * greatest(1, abs({{ high }}))
    {%- endfor %}
    {%- endfor %}
{% endtest %}
