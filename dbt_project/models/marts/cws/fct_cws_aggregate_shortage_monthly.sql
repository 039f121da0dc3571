-- How is the shortage of each group of water systems distributed over the years, month by month? TAF.
-- (method: cws_aggregate)
with

months as (
    select * from {{ ref('int_cws_aggregate__monthly') }}
    where {{ in_scope() }}
),

final as (
    select
        scenario_id,
        aggregate_code,
        water_month,
        shortage_source,
        {{ distribution_columns('shortage_taf') }},
        {{ share_true('has_shortage') }} * 100 as shortage_frequency_pct,
        load_id
    from months
    group by scenario_id, load_id, aggregate_code, water_month, shortage_source
)

select * from final
