-- Which model run of each scenario is loaded now, and which months does it cover?
with

scenario_load as (
    select * from {{ source('calsim', 'scenario_load') }}
),

final as (
    select
        scenario_id,
        receipt_id as load_id,
        zip_name,
        zip_sha256,
        dv_series as dv_series_count,
        sv_series as sv_series_count,
        first_month,
        last_month,
        loaded_at,
        kind
    from scenario_load
)

select * from final
