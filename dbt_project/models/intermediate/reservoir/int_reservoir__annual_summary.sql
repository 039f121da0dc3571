-- How do the complete water years of each reservoir compare: storage, flood releases, flood pool? TAF, CFS and percent.
with

years as (
    select * from {{ ref('int_reservoir__annual') }}
),

statistics as (
    select
        scenario_id,
        reservoir_code,
        avg(storage_mean_taf) as annual_mean_taf,
        count(has_flood_release) as flood_release_complete_years,
        count(*) filter (where has_flood_release) as flood_release_years_count,
        {{ share_true('has_flood_release') }} * 100 as flood_release_frequency_pct,
        avg(flood_release_taf) as annual_flood_release_mean_taf,
        max(flood_release_taf) as annual_flood_release_max_taf,
        {{ coefficient_of_variation('flood_release_taf') }} as annual_flood_release_cv,
        {%- for p in [50, 90, 100] %}
        {{ percentile('flood_release_max_cfs', p) }} filter (where has_flood_release)
            as annual_max_flood_release_q{{ p }}_cfs,
        {%- endfor %}
        count(is_at_flood_pool) as flood_pool_complete_years,
        count(*) filter (where is_at_flood_pool) as at_flood_pool_years_count,
        {{ share_true('is_at_flood_pool') }} * 100 as at_flood_pool_frequency_pct
    from years
    group by scenario_id, reservoir_code
),

final as (
    select
        scenario_id,
        reservoir_code,
        annual_mean_taf,
        flood_release_complete_years,
        case when flood_release_complete_years > 0 then flood_release_years_count end
            as flood_release_years_count,
        flood_release_frequency_pct,
        annual_flood_release_mean_taf,
        annual_flood_release_max_taf,
        annual_flood_release_cv,
        {%- for p in [50, 90, 100] %}
        case
            when flood_release_complete_years > 0
                then coalesce(annual_max_flood_release_q{{ p }}_cfs, 0)
        end as annual_max_flood_release_q{{ p }}_cfs,
        {%- endfor %}
        flood_pool_complete_years,
        case when flood_pool_complete_years > 0 then at_flood_pool_years_count end
            as at_flood_pool_years_count,
        at_flood_pool_frequency_pct
    from statistics
)

select * from final
