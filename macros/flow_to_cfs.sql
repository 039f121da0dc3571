{#- A monthly flow in CFS, whether its series is in CFS or in TAF a month; NULL for any other unit -#}
{% macro flow_to_cfs(flow, units, days) -%}
    case {{ units }}
        when 'CFS' then {{ flow }}
        when 'TAF' then {{ flow }} / {{ cfs_to_taf('1', days) }}
    end
{%- endmacro %}
