-- What are scenarios shown under, and which sibling groups belong there? Route: themes.
with

theme as (
    select * from {{ ref('theme') }}
),

link as (
    select * from {{ ref('scenario_group_theme') }}
),

of_theme as (
    select
        theme_code,
        array_agg(sibling_group order by sibling_group) as sibling_groups
    from link
    group by theme_code
),

final as (
    select
        theme.theme_code,
        theme.theme_name,
        theme.short_title,
        theme.aim,
        theme.sort_order,
        coalesce(of_theme.sibling_groups, '{}'::text[]) as sibling_groups
    from theme
    left join of_theme on theme.theme_code = of_theme.theme_code
)

select * from final
