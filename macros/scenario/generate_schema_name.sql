{#- The schema of a layer is its configured name as it is, for everybody: the API and the loader name these schemas. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{- (custom_schema_name or target.schema) | trim -}}
{%- endmacro %}
