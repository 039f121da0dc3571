-- What is known about each reservoir, in TAF, and which of it may carry a statistic?
{{ config(materialized='view') }}

with

reservoir as (
    select * from {{ ref('reservoir') }}
),

final as (
    select
        reservoir_code,
        reservoir_name,
        hydrologic_region,
        river,
        parent_reservoir_code,
        duplicate_of,
        is_subaccount,
        counts_in_total,
        sort_order,
        capacity_taf,
        capacity_status,
        case when capacity_status <> 'doubtful' then capacity_taf end
            as percent_basis_taf,
        case when dead_pool_status <> 'filler' then dead_pool_taf end
            as dead_pool_taf,
        dead_pool_status
    from reservoir
)

select * from final
