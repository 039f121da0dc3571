-- Counts and scores of tiers. $1 = scenario ids.
select
    scenario_id,
    tier_code,
    tier_name,
    tier_type,
    level_1_count,
    level_2_count,
    level_3_count,
    level_4_count,
    level_1_fraction,
    level_2_fraction,
    level_3_fraction,
    level_4_fraction,
    rated_count,
    unrated_count,
    tier_level,
    tier_score,
    weighted_score,
    normalized_score,
    gini,
    band_upper_score,
    band_lower_score,
    delivery_id
from api_tier_result
where scenario_id = any($1::text[])
order by scenario_id, tier_type desc, tier_code
