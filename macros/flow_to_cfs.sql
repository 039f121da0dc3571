{#- A monthly flow in CFS, whether its series is in CFS or in TAF a month; NULL for any other unit -#}
{% macro flow_to_cfs(flow, units, days) -%}
    case
        when {{ units }} = 'CFS' then {{ flow }}
        when {{ units }} = 'TAF' then {{ flow }} / {{ cfs_to_taf('1', days) }}
    end
{%- endmacro %}
