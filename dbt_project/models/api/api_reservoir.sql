-- Which reservoirs are there, how large are they in TAF, and to which groups do they belong? Route: the reservoir list.
with

reservoir as (
    select * from {{ ref('dim_reservoir') }}
),

member as (
    select * from {{ ref('reservoir_group_member') }}
),

group_list as (
    select
        reservoir_code,
        array_agg(group_code order by group_code) as group_codes
    from member
    group by reservoir_code
),

final as (
    select
        reservoir.reservoir_code,
        reservoir.reservoir_name,
        reservoir.hydrologic_region,
        reservoir.river,
        reservoir.capacity_taf,
        reservoir.capacity_status,
        reservoir.dead_pool_taf,
        coalesce(group_list.group_codes, '{}'::text[]) as groups,
        reservoir.sort_order
    from reservoir
    left join group_list on reservoir.reservoir_code = group_list.reservoir_code
)

select * from final
