-- In which climate, under which themes, with which assumptions and operations was each registered scenario run?
-- The lists are JSON, so that the description of one scenario is one row. Route: one scenario.
with

scenario as (
    select * from {{ ref('scenario') }}
),

hydroclimate as (
    select * from {{ ref('hydroclimate') }}
),

theme as (
    select * from {{ ref('theme') }}
),

assumption as (
    select * from {{ ref('assumption') }}
),

operation as (
    select * from {{ ref('operation') }}
),

group_theme as (
    select * from {{ ref('scenario_group_theme') }}
),

group_assumption as (
    select * from {{ ref('scenario_group_assumption') }}
),

group_operation as (
    select * from {{ ref('scenario_group_operation') }}
),

themes as (
    select
        group_theme.sibling_group,
        jsonb_agg(
            jsonb_build_object(
                'short_code', theme.theme_code, 'name', theme.theme_name,
                'short_title', theme.short_title,
                'needs_confirmation', group_theme.needs_confirmation
            )
            order by theme.sort_order
        ) as themes
    from group_theme
    inner join theme on group_theme.theme_code = theme.theme_code
    group by group_theme.sibling_group
),
{%- for kind in ['assumption', 'operation'] %}

{{ kind }}s as (
    select
        group_{{ kind }}.sibling_group,
        jsonb_agg(
            jsonb_build_object(
                'short_code', {{ kind }}.{{ kind }}_code, 'name', {{ kind }}.{{ kind }}_name,
                'description', nullif(concat_ws(' ', {{ kind }}.amount, {{ kind }}.unit), ''),
                'category', {{ kind }}.category,
                'needs_confirmation', group_{{ kind }}.needs_confirmation
            )
            order by {{ kind }}.{{ kind }}_code
        ) as {{ kind }}s
    from group_{{ kind }}
    inner join {{ kind }} on group_{{ kind }}.{{ kind }}_code = {{ kind }}.{{ kind }}_code
    group by group_{{ kind }}.sibling_group
),
{%- endfor %}

final as (
    select
        scenario.scenario_id,
        hydroclimate.hydroclimate_name,
        hydroclimate.platform_number as hydroclimate_number,
        coalesce(themes.themes, '[]') as themes,
        coalesce(assumptions.assumptions, '[]') as assumptions,
        coalesce(operations.operations, '[]') as operations
    from scenario
    left join hydroclimate on scenario.hydroclimate = hydroclimate.hydroclimate_code
    left join themes on scenario.sibling_group = themes.sibling_group
    left join assumptions on scenario.sibling_group = assumptions.sibling_group
    left join operations on scenario.sibling_group = operations.sibling_group
)

select * from final
