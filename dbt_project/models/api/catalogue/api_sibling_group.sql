-- Which runs differ in the hydroclimate only, and with which group are they compared? Routes: siblings, scenario list.
with

sibling_group as (
    select * from {{ ref('scenario_group') }}
),

link as (
    select * from {{ ref('scenario_group_theme') }}
),

of_group as (
    select
        sibling_group,
        array_agg(theme_code order by theme_code) as theme_codes
    from link
    group by sibling_group
),

final as (
    select
        sibling_group.sibling_group,
        sibling_group.group_name,
        sibling_group.short_name,
        sibling_group.baseline_group,
        coalesce(of_group.theme_codes, '{}'::text[]) as theme_codes
    from sibling_group
    left join of_group on sibling_group.sibling_group = of_group.sibling_group
)

select * from final
