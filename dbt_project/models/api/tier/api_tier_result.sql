-- Counts, shares and scores of each tier in a scenario. Routes: tiers of a scenario, tiers of several scenarios.
with

fact as (
    select * from {{ ref('fct_tier_result') }}
),

tier as (
    select * from {{ ref('tier_definition') }}
),

final as (
    select
        fact.scenario_id,
        fact.tier_code,
        tier.tier_name,
        fact.tier_type,
        tier.sort_order,
        {%- for level in [1, 2, 3, 4] %}
        fact.level_{{ level }}_count,
        fact.level_{{ level }}_fraction,
        {%- endfor %}
        fact.rated_count,
        fact.unrated_count,
        fact.tier_level,
        fact.tier_score,
        fact.weighted_score,
        fact.normalized_score,
        fact.gini,
        fact.band_upper_score,
        fact.band_lower_score,
        fact.delivery_id
    from fact
    inner join tier on fact.tier_code = tier.tier_code
)

select * from final
