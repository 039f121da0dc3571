-- Under which climates were model runs made? Route: hydroclimates.
with

hydroclimate as (
    select * from {{ ref('hydroclimate') }}
),

final as (
    select
        hydroclimate_code,
        hydroclimate_name,
        platform_number,
        is_reference,
        projection_year,
        temperature_change_degc,
        precipitation_change_pct,
        sea_level_rise_cm
    from hydroclimate
)

select * from final
