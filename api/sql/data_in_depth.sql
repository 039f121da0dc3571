-- Yearly series over the chosen years: values, exceedance, box and moments. $1 = scenario ids, $2 = load ids, $3 = topic,
-- $4 = kinds of subjects, $5 = subject codes, $6 = measures, $7 = periods, $8 = types of water years, or null for all years.
-- The years are the request's choice, so their sample is made here, by the formulas of the method page "data in depth".
-- Over all years, or those of one type, the numbers are those that the warehouse has as a view.
with

ranked as (
    select
        scenario_id,
        subject_kind,
        subject_code,
        measure_code,
        unit,
        period_code,
        water_year,
        value,
        100 * row_number() over (series order by value desc, water_year)
        / (count(*) over series + 1)::double precision as exceedance_pct
    from api_data_in_depth_value
    where
        scenario_id = any($1::text[])
        and load_id = any($2::text[])
        and topic_code = $3
        and subject_kind = any($4::text[])
        and subject_code = any($5::text[])
        and measure_code = any($6::text[])
        and period_code = any($7::text[])
        and ($8::text[] is null or year_type_code = any($8))
        and value is not null
    window series as (partition by scenario_id, subject_kind, subject_code, measure_code, period_code)
),

summed_up as (
    select
        scenario_id,
        subject_kind,
        subject_code,
        measure_code,
        unit,
        period_code,
        count(*) as n,
        avg(value) as mean,
        case when abs(avg(value)) >= 1e-9 then stddev_samp(value) / abs(avg(value)) end as cv,
        min(value) as q0,
        percentile_cont(0.25) within group (order by value) as q25,
        percentile_cont(0.5) within group (order by value) as q50,
        percentile_cont(0.75) within group (order by value) as q75,
        max(value) as q100,
        array_agg(water_year order by water_year) as water_years,
        array_agg(value order by water_year) as yearly_values,
        array_agg(water_year order by exceedance_pct) as ranked_years,
        array_agg(value order by exceedance_pct) as ranked_values,
        array_agg(exceedance_pct order by exceedance_pct) as ranked_pct
    from ranked
    group by scenario_id, subject_kind, subject_code, measure_code, unit, period_code
)

select
    summed_up.*,
    q75 - q25 as iqr,
    fenced.lower_whisker,
    fenced.upper_whisker,
    coalesce(fenced.outliers, '{}') as outliers
from summed_up
cross join lateral (
    select
        min(x) filter (where x between low and high) as lower_whisker,
        max(x) filter (where x between low and high) as upper_whisker,
        array_agg(x order by x) filter (where x not between low and high) as outliers
    from unnest(yearly_values) as x
    cross join (select q25 - 1.5 * (q75 - q25) as low, q75 + 1.5 * (q75 - q25) as high) as fence
) as fenced
order by scenario_id, subject_kind, subject_code, measure_code, period_code
