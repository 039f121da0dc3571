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

fenced as (
    select
        grouped.*,
        grouped.q25 - fence.multiple * (grouped.q75 - grouped.q25) as lower_fence,
        grouped.q75 + fence.multiple * (grouped.q75 - grouped.q25) as upper_fence
    from grouped
    cross join fence
),

final as (
    select
        fenced.scenario_id,
        fenced.load_id,
        fenced.topic_code,
        fenced.subject_kind,
        fenced.subject_code,
        fenced.measure_code,
        fenced.unit,
        fenced.period_code,
        fenced.year_type,
        fenced.sample_count,
        fenced.mean,
        fenced.cv,
        {%- for p in [0, 25, 50, 75, 100] %}
        fenced.q{{ p }},
        {%- endfor %}
        whisker.lower_whisker,
        whisker.upper_whisker,
        coalesce(whisker.outliers, '{}') as outliers
    from fenced
    cross join lateral (
        select
            min(x) filter (where x between fenced.lower_fence and fenced.upper_fence)
                as lower_whisker,
            max(x) filter (where x between fenced.lower_fence and fenced.upper_fence)
                as upper_whisker,
            array_agg(x order by x)
            filter (where x not between fenced.lower_fence and fenced.upper_fence)
                as outliers
        from unnest(fenced.sorted_values) as x
    ) as whisker
)

select * from final
