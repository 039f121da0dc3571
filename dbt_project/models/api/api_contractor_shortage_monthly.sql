-- Shortage of each contractor by water month, TAF, as the API shows it.
with

fact as (
    select * from {{ ref('fct_contractor_shortage_monthly') }}
),

contractor as (
    select * from {{ ref('dim_mi_contractor') }}
),

final as (
    select
        fact.*,
        contractor.contractor_name,
        contractor.project,
        contractor.service_area,
        contractor.contractor_type
    from fact
    inner join contractor on fact.contractor_code = contractor.contractor_code
)

select * from final
