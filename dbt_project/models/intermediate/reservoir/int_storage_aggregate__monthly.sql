-- How much water is stored in a group of reservoirs in each month? TAF; NULL unless every member has a value.
with

months as (
    select * from {{ ref('int_reservoir__monthly') }}
    where has_storage_series
),

member as (
    select
        *,
        count(*) over (partition by aggregate_code) as member_count
    from {{ ref('storage_aggregate_member') }}
),

final as (
    select
        months.scenario_id,
        months.load_id,
        member.aggregate_code,
        member.member_count,
        months.month_index,
        months.water_year,
        months.water_month,
        count(*) as members_present,
        case when count(months.storage_taf) = member.member_count then sum(months.storage_taf) end
            as storage_taf
    from months
    inner join member on months.reservoir_code = member.reservoir_code
    group by
        months.scenario_id,
        months.load_id,
        member.aggregate_code,
        member.member_count,
        months.month_index,
        months.water_year,
        months.water_month
)

select * from final
