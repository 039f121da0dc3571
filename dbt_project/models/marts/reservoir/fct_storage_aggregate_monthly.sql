-- How is the water stored in a group of reservoirs distributed over the years, month by month? TAF (method: reservoir).
with

months as (
    select * from {{ ref('int_storage_aggregate__monthly') }}
    where {{ in_scope() }}
),

final as (
    select
        scenario_id,
        aggregate_code,
        water_month,
        member_count::integer as member_count,
        members_present::integer as members_present,
        count(storage_taf)::integer as sample_count,
        avg(storage_taf) as mean_taf,
        {{ coefficient_of_variation('storage_taf') }} as cv,
        {{ quantile_columns('storage_taf', suffix='_taf') }},
        {{ exceedance_columns('storage_taf', suffix='_taf') }},
        load_id
    from months
    group by scenario_id, load_id, aggregate_code, water_month, member_count, members_present
)

select * from final
