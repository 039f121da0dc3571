-- What is the value of a subject in each water year: its April, its September, and the year as a whole? Unit of the row.
-- A year needs all twelve months, and a ratio is that of two sums. The type is that of the water year.
with

months as (
    select * from {{ ref('int_data_in_depth__monthly') }}
),

measure as (
    select * from {{ ref('data_in_depth_measure') }}
),

year_type as (
    select * from {{ ref('int_water_year__type') }}
    where index_code = 'SAC_40_30_30'
),

yearly as (
    select
        scenario_id,
        load_id,
        subject_kind,
        subject_code,
        measure_code,
        water_year,
        max(value) filter (where water_month = 7) as april_value,
        max(basis) filter (where water_month = 7) as april_basis,
        max(value) filter (where water_month = 12) as september_value,
        max(basis) filter (where water_month = 12) as september_basis,
        case when count(value) = 12 then sum(value) end as annual_value,
        case when count(basis) = 12 then sum(basis) end as annual_basis
    from months
    group by scenario_id, load_id, subject_kind, subject_code, measure_code, water_year
),

final as (
    select
        yearly.scenario_id,
        yearly.load_id,
        measure.topic_code,
        yearly.subject_kind,
        yearly.subject_code,
        yearly.measure_code,
        measure.unit,
        period.period_code,
        yearly.water_year,
        year_type.type_code as year_type_code,
        case
            when measure.annual_rule = 'ratio' then 100 * period.value / nullif(period.basis, 0)
            when measure.annual_rule = 'mean' and period.period_code = 'annual'
                then period.value / 12
            else period.value
        end as value
    from yearly
    inner join measure
        on
            yearly.subject_kind = measure.subject_kind
            and yearly.measure_code = measure.measure_code
    cross join
        lateral (
            values
            ('april', yearly.april_value, yearly.april_basis),
            ('september', yearly.september_value, yearly.september_basis),
            ('annual', yearly.annual_value, yearly.annual_basis)
        ) as period (period_code, value, basis)
    left join year_type
        on
            yearly.scenario_id = year_type.scenario_id
            and yearly.water_year = year_type.water_year
)

select * from final
