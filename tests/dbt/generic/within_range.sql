{#- Rows in which the column, or one of several, lies outside of a closed range; NULL passes -#}
{% test within_range(model, column_name=none, columns=[], min_value=none, max_value=none) %}
select *
from {{ model }}
where
    false
    {%- for column in columns or [column_name] %}
    {%- if min_value is not none %}
    or {{ column }} < {{ min_value }}
    {%- endif %}
    {%- if max_value is not none %}
    or {{ column }} > {{ max_value }}
    {%- endif %}
    {%- endfor %}
{% endtest %}
