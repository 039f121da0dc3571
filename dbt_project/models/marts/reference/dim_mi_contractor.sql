-- Which contractors are there, with which Table A amount (TAF a year), in which groups, served by how many arcs?
{{ config(materialized='view') }}

with

mi_contractor as (
    select * from {{ ref('mi_contractor') }}
),

mi_contractor_group_member as (
    select * from {{ ref('mi_contractor_group_member') }}
),

mi_contractor_arc as (
    select * from {{ ref('mi_contractor_arc') }}
),

contractor_group as (
    select
        contractor_code,
        array_agg(group_code order by group_code) as group_codes
    from mi_contractor_group_member
    group by contractor_code
),

contractor_arc as (
    select
        contractor_code,
        array_agg(arc_code order by arc_order) as arc_codes
    from mi_contractor_arc
    group by contractor_code
),

final as (
    select
        mi_contractor.contractor_code,
        mi_contractor.contractor_name,
        mi_contractor.project,
        mi_contractor.service_area,
        mi_contractor.contractor_type,
        mi_contractor.table_a_taf,
        mi_contractor.table_a_status,
        mi_contractor.sort_order,
        coalesce(contractor_group.group_codes, array[]::text[]) as group_codes,
        coalesce(contractor_arc.arc_codes, array[]::text[]) as arc_codes,
        mi_contractor.without_series_reason
    from mi_contractor
    left join contractor_group
        on mi_contractor.contractor_code = contractor_group.contractor_code
    left join contractor_arc
        on mi_contractor.contractor_code = contractor_arc.contractor_code
)

select * from final
