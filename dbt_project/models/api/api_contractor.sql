-- Which contractors are there, of which project, with which Table A amount (TAF a year)? Route: mi-contractors.
with

contractor as (
    select * from {{ ref('dim_mi_contractor') }}
),

final as (
    select
        contractor_code,
        contractor_name,
        project,
        service_area,
        contractor_type,
        table_a_taf,
        table_a_status,
        group_codes,
        without_series_reason,
        sort_order
    from contractor
)

select * from final
