-- Whole-simulation summary of each contractor, TAF a year and percent, as the API shows it.
with

fact as (
    select * from {{ ref('fct_contractor_period_summary') }}
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
        contractor.contractor_type,
        fact.volumetric_reliability * 100 as reliability_pct
    from fact
    inner join contractor on fact.contractor_code = contractor.contractor_code
)

select * from final
