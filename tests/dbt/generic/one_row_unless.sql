{#- Keys with several rows although the condition does not hold for all of them -#}
{% test one_row_unless(model, columns, condition) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 and not bool_and({{ condition }})
{% endtest %}
