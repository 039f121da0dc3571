-- What did each aggregate of agriculture or refuges get and lack in each water year? TAF; NULL unless all twelve months are
-- known. A year is short when its volume is above the threshold, whatever its months are.
{%- set volumes = ['target', 'delivery', 'shortage'] %}
with

months as (
    select * from {{ ref('int_supply_aggregate__monthly') }}
),

shortage_event as (
    select {{ constant('shortage_event_minimum_taf') }} as minimum_taf
),

yearly as (
    select
        scenario_id,
        load_id,
        entity_kind,
        aggregate_code,
        water_year,
        max(shortage_source) filter (where shortage_taf is not null) as shortage_source,
        {%- for volume in volumes %}
        case when count({{ volume }}_taf) = 12 then sum({{ volume }}_taf) end as {{ volume }}_taf,
        {%- endfor %}
        count(has_shortage) as known_months_count,
        count(*) filter (where has_shortage) as shortage_months_count
    from months
    group by scenario_id, load_id, entity_kind, aggregate_code, water_year
),

final as (
    select
        yearly.*,
        yearly.shortage_taf > shortage_event.minimum_taf as has_shortage,
        yearly.shortage_taf / nullif(yearly.target_taf, 0) * 100 as shortage_pct
    from yearly
    cross join shortage_event
)

select * from final
