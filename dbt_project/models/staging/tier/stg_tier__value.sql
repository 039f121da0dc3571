-- What did the science teams deliver for each location, or for a tier as a whole? Levels 1 best to 4 worst.
with

tier_value as (
    select * from {{ source('tier', 'tier_value') }}
),

final as (
    select
        scenario_id,
        tier_code,
        location_code,
        tier_level,
        tier_score,
        (inputs ->> 'mean')::double precision as input_mean_score,
        (inputs ->> 'sd')::double precision as input_deviation_score,
        (inputs ->> 'ecological_score')::double precision as ecological_score,
        source_row,
        source_column
    from tier_value
)

select * from final
