{#- Comments and grants of a relation that is new or deployed. -#}
{% macro finish_relation(relation, is_new) -%}
    {%- if is_new and relation.type == 'table' -%}
        {%- do create_indexes(relation) -%}
    {%- endif -%}
    {%- do apply_grants(relation, config.get('grants'), should_revoke=not is_new) -%}
    {%- do persist_docs(relation, model) -%}
{%- endmacro %}
