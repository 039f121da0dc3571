-- Which level, and which continuous score, follow from a model run by the published rules of a tier? NULL where open.
-- Score = level + mean distance of its criteria from the bounds of the better level, 0 at that bound and 1 at its own.
with

share as (
    select * from {{ ref('int_tier__share') }}
),

tier_rule as (
    select * from {{ ref('tier_rule') }}
),

judged as (
    select
        share.scenario_id,
        share.tier_code,
        share.location_code,
        tier_rule.tier_level,
        case
            when
                tier_rule.comparison = 'at_least'
                then share.share_fraction >= tier_rule.bound_fraction
            when tier_rule.comparison = 'below' then share.share_fraction < tier_rule.bound_fraction
        end as holds,
        case
            when better.is_interpolated
                then
                    (better.bound_fraction - share.share_fraction)
                    / (better.bound_fraction - tier_rule.bound_fraction)
        end as distance
    from share
    inner join tier_rule
        on
            share.tier_code = tier_rule.tier_code
            and share.criterion = tier_rule.criterion
    left join tier_rule as better
        on
            tier_rule.tier_code = better.tier_code
            and tier_rule.criterion = better.criterion
            and tier_rule.tier_level - 1 = better.tier_level
),

-- a criterion that reaches the better level already adds nothing
reached as (
    select
        scenario_id,
        tier_code,
        location_code,
        tier_level,
        bool_and(holds) and count(holds) = count(*) as is_reached,
        coalesce(bool_or(not holds), false) as is_missed,
        avg(case when distance < 0 then 0 else distance end) as mean_distance
    from judged
    group by scenario_id, tier_code, location_code, tier_level
),

-- an open level hides all that are worse
best as (
    select
        scenario_id,
        tier_code,
        location_code,
        coalesce(min(tier_level) filter (where is_reached), 4) as best_level,
        min(tier_level) filter (where not is_missed and is_reached is not true) as open_level
    from reached
    group by scenario_id, tier_code, location_code
),

final as (
    select
        best.scenario_id,
        best.tier_code,
        best.location_code,
        case
            when best.open_level is null or best.best_level < best.open_level then best.best_level
        end as tier_level,
        case
            when best.open_level is null or best.best_level < best.open_level
                then best.best_level + reached.mean_distance
        end as tier_score
    from best
    left join reached
        on
            best.scenario_id = reached.scenario_id
            and best.tier_code = reached.tier_code
            and best.location_code is not distinct from reached.location_code
            and best.best_level = reached.tier_level
)

select * from final
