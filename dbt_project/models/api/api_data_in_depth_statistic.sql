-- Count, mean, spread and box of the yearly values of a subject, over all years and by type of year. Route: data in depth.
-- The box is Tukey's: quartiles, whiskers to the last value within the fences, and what lies beyond them.
with

years as (
    select * from {{ ref('int_data_in_depth__year') }}
    where value is not null
),

-- every year counts for all years, and once more for its own type if that is known
of_type as (
    select
        years.*,
        year_type.year_type
    from years
    cross join lateral (values ('all'), (years.year_type_code)) as year_type (year_type)
    where year_type.year_type is not null
),

grouped as (
    select
        scenario_id,
        load_id,
        topic_code,
        subject_kind,
        subject_code,
        measure_code,
        unit,
        period_code,
        year_type,
        count(value)::integer as sample_count,
        avg(value) as mean,
        {{ signed_coefficient_of_variation('value') }} as cv,
        {%- for p in [0, 25, 50, 75, 100] %}
        {{ percentile('value', p) }} as q{{ p }},
        {%- endfor %}
        array_agg(value order by value) as sorted_values
    from of_type
    group by
        scenario_id, load_id, topic_code, subject_kind, subject_code, measure_code, unit,
        period_code, year_type
),

fence as (
    select {{ constant('tukey_fence_fraction') }} as multiple
),

final as (
    select
        grouped.scenario_id,
        grouped.load_id,
        grouped.topic_code,
        grouped.subject_kind,
        grouped.subject_code,
        grouped.measure_code,
        grouped.unit,
        grouped.period_code,
        grouped.year_type,
        grouped.sample_count,
        grouped.mean,
        grouped.cv,
        {%- for p in [0, 25, 50, 75, 100] %}
        grouped.q{{ p }},
        {%- endfor %}
        box.lower_whisker,
        box.upper_whisker,
        coalesce(box.outliers, '{}') as outliers
    from grouped
    cross join fence
    cross join lateral (
        select
            min(x) filter (where is_inside) as lower_whisker,
            max(x) filter (where is_inside) as upper_whisker,
            array_agg(x order by x) filter (where not is_inside) as outliers
        from (
            select
                x,
                x between q25 - multiple * (q75 - q25) and q75 + multiple * (q75 - q25) as is_inside
            from unnest(grouped.sorted_values) as x
        ) as compared
    ) as box
)

select * from final
