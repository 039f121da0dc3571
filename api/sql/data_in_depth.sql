-- Yearly series over the chosen years: values, exceedance, box and moments. $1 = scenario ids, $2 = load ids, $3 = topic,
-- $4 = kinds of subjects, $5 = subject codes, $6 = measures, $7 = periods, $8 = types of water years, or null for all years.
-- The years are the request's choice, so their sample is made here; over all years or one type it is that of the view
-- api_data_in_depth_statistic: Weibull's plotting position m / (n + 1), linear percentiles, Tukey's fences at 1.5 boxes.
with

sample as (
    select
        scenario_id,
        subject_kind,
        subject_code,
        measure_code,
        unit,
        period_code,
        water_year,
        value
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
),

box as (
    select
        scenario_id,
        subject_kind,
        subject_code,
        measure_code,
        period_code,
        count(*) as n,
        percentile_cont(0.25) within group (order by value) as q25,
        percentile_cont(0.5) within group (order by value) as q50,
        percentile_cont(0.75) within group (order by value) as q75
    from sample
    group by scenario_id, subject_kind, subject_code, measure_code, period_code
),

ranked as (
    select
        *,
        value between q25 - 1.5 * (q75 - q25) and q75 + 1.5 * (q75 - q25) as is_within,
        100.0::float8 * row_number() over (
            partition by scenario_id, subject_kind, subject_code, measure_code, period_code
            order by value desc, water_year
        ) / (n + 1) as exceedance_pct
    from sample
    join box using (scenario_id, subject_kind, subject_code, measure_code, period_code)
)

select
    scenario_id,
    subject_kind,
    subject_code,
    measure_code,
    unit,
    period_code,
    n,
    avg(value) as mean,
    case when abs(avg(value)) >= 1e-9 then stddev_samp(value) / abs(avg(value)) end as cv,
    min(value) as q0,
    q25,
    q50,
    q75,
    max(value) as q100,
    q75 - q25 as iqr,
    min(value) filter (where is_within) as lower_whisker,
    max(value) filter (where is_within) as upper_whisker,
    coalesce(array_agg(value order by value) filter (where not is_within), '{}') as outliers,
    array_agg(water_year order by water_year) as water_years,
    array_agg(value order by water_year) as yearly_values,
    array_agg(water_year order by exceedance_pct) as ranked_years,
    array_agg(value order by exceedance_pct) as ranked_values,
    array_agg(exceedance_pct order by exceedance_pct) as ranked_pct
from ranked
group by scenario_id, subject_kind, subject_code, measure_code, unit, period_code, n, q25, q50, q75
order by scenario_id, subject_kind, subject_code, measure_code, period_code
