{#- Keys that have rows, but not one for each of the twelve water months -#}
{% test complete_water_year(model, columns) %}
select
    {{ columns | join(', ') }},
    count(distinct water_month) as month_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(distinct water_month) <> 12
{% endtest %}
