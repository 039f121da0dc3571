-- Assumptions of model runs, with the sibling groups that share them. Route: assumptions.
with

assumption as (
    select * from {{ ref('assumption') }}
),

link as (
    select * from {{ ref('scenario_group_assumption') }}
),

of_assumption as (
    select
        assumption_code,
        array_agg(sibling_group order by sibling_group) as sibling_groups
    from link
    group by assumption_code
),

final as (
    select
        assumption.assumption_code,
        assumption.assumption_name,
        assumption.category,
        assumption.amount,
        assumption.unit,
        coalesce(of_assumption.sibling_groups, '{}'::text[]) as sibling_groups
    from assumption
    left join of_assumption on assumption.assumption_code = of_assumption.assumption_code
)

select * from final
