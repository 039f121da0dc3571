{#- What a statistic compares with, from the seed `threshold` -#}
{% macro threshold(threshold_code) -%}
    (select value from {{ ref('threshold') }} where threshold_code = '{{ threshold_code }}')
{%- endmacro %}
