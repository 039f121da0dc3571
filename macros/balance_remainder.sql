{#- What a balance of volumes leaves over: 0 where it is nothing but rounding, the seed constant balance_noise_taf -#}
{% macro balance_remainder(volume_taf) -%}
    case
        when abs({{ volume_taf }}) < {{ constant('balance_noise_taf') }} then 0
        else {{ volume_taf }}
    end
{%- endmacro %}
