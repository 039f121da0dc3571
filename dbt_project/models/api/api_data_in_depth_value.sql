-- Yearly values of a subject and how often each is exceeded, among all years and among those of its type. Route: data in depth.
-- A view: raw values are no statistic, so nothing stores them. Weibull's plotting position, rank over n + 1, largest first.
with

years as (
    select * from {{ ref('int_data_in_depth__year') }}
),

ranked as (
    select
        years.*,
        count(value) over all_years as sample_count,
        row_number() over (all_years order by value desc nulls last, water_year asc) as value_rank,
        count(value) over same_type as year_type_sample_count,
        row_number() over (same_type order by value desc nulls last, water_year asc)
            as year_type_rank
    from years
    window all_years as (
        partition by
            scenario_id, topic_code, subject_kind, subject_code, measure_code, period_code
    ),
    same_type as (
        partition by
            scenario_id, topic_code, subject_kind, subject_code, measure_code, period_code,
            year_type_code
    )
),

final as (
    select
        scenario_id,
        load_id,
        topic_code,
        subject_kind,
        subject_code,
        measure_code,
        unit,
        period_code,
        water_year,
        year_type_code,
        value,
        sample_count::integer as sample_count,
        case when value is not null then 100::double precision * value_rank / (sample_count + 1) end
            as exceedance_pct,
        case when year_type_code is not null then year_type_sample_count end::integer
            as year_type_sample_count,
        case
            when value is not null and year_type_code is not null
                then 100::double precision * year_type_rank / (year_type_sample_count + 1)
        end as year_type_exceedance_pct
    from ranked
)

select * from final
