{#- Rows that share all of the columns, or do not know one of them; NULL counts as a value in those of may_be_null -#}
{% test unique_grain(model, columns, may_be_null=[]) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns if column not in may_be_null %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
