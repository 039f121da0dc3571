{#- Rows in which one of the columns is NULL -#}
{% test not_null_columns(model, columns) %}
select *
from {{ model }}
where
    false
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
