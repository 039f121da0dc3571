-- X2 lies between the bounds of the seed threshold; elsewhere it is another series, or one in another unit.
with

monthly as (
    select * from {{ ref('fct_delta_monthly') }}
    where {{ in_scope() }} and unit = 'KM'
),

final as (
    select
        scenario_id,
        variable_code,
        water_month,
        q0,
        q100
    from monthly
    where
        q0 < {{ threshold('x2_lowest_plausible_km') }}
        or q100 > {{ threshold('x2_highest_plausible_km') }}
)

select * from final
