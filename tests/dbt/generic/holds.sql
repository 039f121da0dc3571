{#- Rows for which a condition is false; an unknown (NULL) condition passes -#}
{% test holds(model, condition) %}
select *
from {{ model }}
where not ({{ condition }})
{% endtest %}
