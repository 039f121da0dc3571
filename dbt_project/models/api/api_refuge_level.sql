-- How does the demand of all refuges compare with the Level 2 and Level 4 supplies that the refuges are entitled to? TAF.
-- NULL unless every refuge has a mean annual demand; delivery likewise (method: refuge).
with

summary as (
    select * from {{ ref('fct_refuge_period_summary') }}
),

refuge as (
    select count(*) as refuge_count from {{ ref('demand_unit') }}
    where kind = 'refuge'
),

level as (
    select
        {{ constant('refuge_level_2_taf') }} as level_2_taf,
        {{ constant('refuge_level_4_taf') }} as level_4_taf
),

added as (
    select
        summary.scenario_id,
        summary.load_id,
        count(summary.annual_demand_mean_taf) as demand_count,
        sum(summary.annual_demand_mean_taf) as annual_demand_mean_taf,
        count(summary.annual_delivery_mean_taf) as delivery_count,
        sum(summary.annual_delivery_mean_taf) as annual_delivery_mean_taf
    from summary
    group by summary.scenario_id, summary.load_id
),

final as (
    select
        added.scenario_id,
        added.load_id,
        refuge.refuge_count::integer as refuge_count,
        case when added.demand_count = refuge.refuge_count then added.annual_demand_mean_taf end
            as annual_demand_mean_taf,
        case when added.delivery_count = refuge.refuge_count then added.annual_delivery_mean_taf end
            as annual_delivery_mean_taf,
        level.level_2_taf,
        level.level_4_taf,
        case
            when added.demand_count = refuge.refuge_count
                then added.annual_demand_mean_taf / level.level_2_taf * 100
        end as demand_level_2_pct
    from added
    cross join refuge
    cross join level
)

select * from final
