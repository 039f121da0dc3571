{#- A monthly volume in TAF, whether its series is in CFS or in TAF a month; NULL for any other unit -#}
{% macro flow_to_taf(flow, units, days) -%}
    case
        when {{ units }} = 'CFS' then {{ cfs_to_taf(flow, days) }}
        when {{ units }} = 'TAF' then {{ flow }}
    end
{%- endmacro %}
