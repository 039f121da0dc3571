-- What did each contractor get, lack and ask for in each water year? TAF; NULL unless all twelve months are known.
-- A year is short when its volume is above the threshold, whatever its months are.
{%- set volumes = ['delivery', 'demand', 'shortage', 'target', 'unmet_demand'] %}
with

months as (
    select * from {{ ref('int_contractor__monthly') }}
),

shortage_event as (
    select {{ constant('shortage_event_minimum_taf') }} as minimum_taf
),

yearly as (
    select
        scenario_id,
        load_id,
        contractor_code,
        demand_source,
        shortage_source,
        water_year,
        count(has_shortage) as known_months_count,
        count(*) filter (where has_shortage) as shortage_months_count,
    {%- for volume in volumes %}
    case when count({{ volume }}_taf) = 12 then sum({{ volume }}_taf) end as {{ volume }}_taf
    {{- ',' if not loop.last }}
    {%- endfor %}
    from months
    group by scenario_id, load_id, contractor_code, demand_source, shortage_source, water_year
),

final as (
    select
        yearly.*,
        yearly.shortage_taf > shortage_event.minimum_taf as has_shortage
    from yearly
    cross join shortage_event
)

select * from final
