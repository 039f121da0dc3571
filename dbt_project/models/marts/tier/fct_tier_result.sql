-- How does a tier come out in a scenario: locations at each level, or the one level, and the scores made from them?
-- Scores come from whole counts (method: tier). Locations without a level count nowhere but in unrated_count.
{%- set levels = [1, 2, 3, 4] %}
with

location_result as (
    select * from {{ ref('fct_tier_location_result') }}
    where {{ in_scope() }}
),

delivered as (
    select * from {{ ref('stg_tier__value') }}
    where {{ in_scope() }}
),

delivery as (
    select * from {{ ref('stg_tier__load') }}
    where {{ in_scope() }}
),

tier as (
    select * from {{ ref('tier_definition') }}
),

counted as (
    select
        scenario_id,
        tier_code,
        {%- for level in levels %}
        count(*) filter (where tier_level = {{ level }}) as level_{{ level }}_count,
        {%- endfor %}
        count(tier_level) as rated_count,
        count(*) as location_count,
        sum(tier_level)::double precision / nullif(count(tier_level), 0) as mean_level,
        min(tier_level) as best_level,
        max(tier_level) as worst_level
    from location_result
    group by scenario_id, tier_code
),

-- a tier of a single value has its one level, whatever its locations have, and no spread
joined as (
    select
        delivery.scenario_id,
        delivery.tier_code,
        tier.tier_type,
        {%- for level in levels %}
        case when tier.tier_type = 'multi_value' then counted.level_{{ level }}_count end
            as n{{ level }},
        {%- endfor %}
        case when tier.tier_type = 'multi_value' then counted.rated_count end as rated_count,
        case
            when tier.tier_type = 'multi_value' then counted.location_count - counted.rated_count
        end as unrated_count,
        whole.tier_level,
        whole.tier_score,
        case when tier.tier_type = 'multi_value' then counted.mean_level else whole.tier_level end
            as mean_level,
        case when tier.tier_type = 'multi_value' then counted.best_level else whole.tier_level end
            as best_level,
        case when tier.tier_type = 'multi_value' then counted.worst_level else whole.tier_level end
            as worst_level,
        delivery.delivery_id,
        delivery.content_digest
    from delivery
    inner join tier on delivery.tier_code = tier.tier_code
    left join counted
        on
            delivery.scenario_id = counted.scenario_id
            and delivery.tier_code = counted.tier_code
    left join delivered as whole
        on
            delivery.scenario_id = whole.scenario_id
            and delivery.tier_code = whole.tier_code
            and whole.location_code is null
),

-- sum over all pairs of locations of the distance of their levels
compared as (
    select
        *,
        n1 * n2 + 2 * n1 * n3 + 3 * n1 * n4 + n2 * n3 + 2 * n2 * n4 + n3 * n4 as level_distance
    from joined
),

final as (
    select
        scenario_id,
        tier_code,
        tier_type,
        {%- for level in levels %}
        n{{ level }}::integer as level_{{ level }}_count,
        {%- endfor %}
        rated_count::integer as rated_count,
        unrated_count::integer as unrated_count,
        {%- for level in levels %}
        n{{ level }}::double precision / nullif(rated_count, 0) as level_{{ level }}_fraction,
        {%- endfor %}
        tier_level,
        tier_score,
        mean_level::double precision as weighted_score,
        (4 - mean_level)::double precision / 3 as normalized_score,
        case
            when tier_type = 'multi_value'
                then level_distance / nullif(rated_count ^ 2 * mean_level, 0)
            when tier_level is not null then 0
        end::double precision as gini,
        (4 - best_level)::double precision / 3 as band_upper_score,
        (4 - worst_level)::double precision / 3 as band_lower_score,
        delivery_id,
        content_digest
    from compared
)

select * from final
