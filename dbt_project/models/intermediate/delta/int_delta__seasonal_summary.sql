-- How do spring and fall compare over the years, for each Delta variable? In the unit of the variable.
-- A season is the mean of its three months and counts when all are known. September to November fall into two water
-- years, but like March to May into one calendar year.
{%- set seasons = {'spring': '6, 7, 8', 'fall': '12, 1, 2'} %}
with

months as (
    select * from {{ ref('int_delta__monthly') }}
),

season_values as (
    select
        scenario_id,
        variable_code,
        calendar_year,
    {%- for name, season in seasons.items() %}
    case
        when count(value) filter (where water_month in ({{ season }})) = 3
            then avg(value) filter (where water_month in ({{ season }}))
    end as {{ name }}_value
    {{- ',' if not loop.last }}
    {%- endfor %}
    from months
    group by scenario_id, variable_code, calendar_year
),

final as (
    select
        scenario_id,
        variable_code,
    {%- for name in seasons %}
    count({{ name }}_value)::integer as {{ name }}_years_count,
    avg({{ name }}_value) as {{ name }}_mean,
    {{ signed_coefficient_of_variation(name ~ '_value') }} as {{ name }}_cv
    {{- ',' if not loop.last }}
    {%- endfor %}
    from season_values
    group by scenario_id, variable_code
)

select * from final
