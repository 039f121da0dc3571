-- How do outflow, X2 and salinity fare over the whole simulation, and how often are their standards kept?
-- Months are pooled as they are; years and seasons count when all of their months are known (method: delta).
{%- set months_of_year = {'april': 7, 'september': 12} %}
{%- set seasons = ['spring', 'fall'] %}
with

months as (
    select * from {{ ref('int_delta__monthly') }}
    where {{ in_scope() }}
),

seasonal as (
    select * from {{ ref('int_delta__seasonal_summary') }}
    where {{ in_scope() }}
),

simulation as (
    select * from {{ ref('int_calsim__simulation') }}
    where {{ in_scope() }}
),

monthly as (
    select
        scenario_id,
        load_id,
        variable_code,
        unit,
        count(value)::integer as sample_count,
        avg(value) as mean,
        {{ signed_coefficient_of_variation('value') }} as cv,
        {{ exceedance_columns('value') }},
        {%- for name, month in months_of_year.items() %}
        {%- set value = 'case when water_month = ' ~ month ~ ' then value end' %}
        count({{ value }})::integer as {{ name }}_sample_count,
        avg({{ value }}) as {{ name }}_mean,
        {{ signed_coefficient_of_variation(value) }} as {{ name }}_cv,
        {{ exceedance_columns(value, prefix=name ~ '_') }},
        {%- endfor %}
        avg(outflow_cfs) as mean_cfs,
        {{ delta_standard_columns() }}
    from months
    group by scenario_id, load_id, variable_code, category, is_compatibility, unit
),

years as (
    select
        scenario_id,
        variable_code,
        water_year,
        case when count(value) = 12 then sum(value) end as annual_taf
    from months
    where category = 'outflow'
    group by scenario_id, variable_code, water_year
),

annual as (
    select
        scenario_id,
        variable_code,
        count(annual_taf)::integer as annual_years_count,
        avg(annual_taf) as annual_mean_taf,
        {{ signed_coefficient_of_variation('annual_taf') }} as annual_cv,
        {{ exceedance_columns('annual_taf', prefix='annual_', suffix='_taf') }}
    from years
    group by scenario_id, variable_code
),

final as (
    select
        monthly.scenario_id,
        monthly.variable_code,
        monthly.unit,
        simulation.simulation_start_year,
        simulation.simulation_end_year,
        simulation.total_years,
        {%- for name in [''] + months_of_year.keys() | list %}
        {%- set prefix = name ~ '_' if name else '' %}
        monthly.{{ prefix }}sample_count,
        monthly.{{ prefix }}mean,
        monthly.{{ prefix }}cv,
        {%- for p in exceedance_points() %}
        monthly.{{ prefix }}exc_p{{ p }},
        {%- endfor %}
        {%- endfor %}
        {%- for name in seasons %}
        seasonal.{{ name }}_years_count,
        seasonal.{{ name }}_mean,
        seasonal.{{ name }}_cv,
        {%- endfor %}
        monthly.mean_cfs,
        annual.annual_years_count,
        annual.annual_mean_taf,
        annual.annual_cv,
        {%- for p in exceedance_points() %}
        annual.annual_exc_p{{ p }}_taf,
        {%- endfor %}
        {%- for name in delta_standard_names() %}
        monthly.{{ name }},
        {%- endfor %}
        monthly.load_id
    from monthly
    inner join simulation on monthly.scenario_id = simulation.scenario_id
    inner join seasonal
        on
            monthly.scenario_id = seasonal.scenario_id
            and monthly.variable_code = seasonal.variable_code
    left join annual
        on
            monthly.scenario_id = annual.scenario_id
            and monthly.variable_code = annual.variable_code
)

select * from final
