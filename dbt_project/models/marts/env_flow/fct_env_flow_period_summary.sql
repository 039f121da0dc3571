-- How does the flow of each reach compare with its natural flow, its minimum and its target over the whole run?
-- CFS, TAF and percent; ratios of a year count in complete water years only (method: env_flow).
with

months as (
    select * from {{ ref('int_env_flow__monthly') }}
    where {{ in_scope() }} and has_flow
),

years as (
    select * from {{ ref('int_env_flow__annual') }}
    where {{ in_scope() }} and has_flow
),

simulation as (
    select * from {{ ref('int_calsim__simulation') }}
    where {{ in_scope() }}
),

limits as (
    select {{ threshold('correlation_minimum_months') }} as correlation_minimum_months
),

of_months as (
    select
        scenario_id,
        load_id,
        reach_code,
        count(flow_taf) as total_months,
        {{ correlation('flow_cfs', 'unimpaired_cfs') }} as r_of_all_months,
        regr_count(flow_cfs, unimpaired_cfs) as correlation_months_count,
        case when has_ratio then {{ volume_ratio('flow_taf', 'unimpaired_taf') }} end
            as of_unimpaired_volume_pct,
        case when has_ratio then {{ volume_ratio('flow_taf', 'target_above_0_taf') }} end
            as of_target_volume_pct,
        count(is_minimum_met) as minimum_flow_months_count,
        100 * {{ share_true('is_minimum_met') }} as minimum_flow_met_pct,
        100 * {{ share_true('is_at_minimum') }} as at_minimum_flow_pct
    from months
    group by scenario_id, load_id, reach_code, has_ratio
),

correlated as (
    select
        of_months.scenario_id,
        of_months.reach_code,
        of_months.r_of_all_months as pearson_r
    from of_months
    cross join limits
    where of_months.correlation_months_count >= limits.correlation_minimum_months
),

of_years as (
    select
        scenario_id,
        reach_code,
        count(flow_taf) as complete_years,
        avg(flow_cfs) as annual_flow_mean_cfs,
        avg(flow_taf) as annual_flow_mean_taf,
        {{ signed_coefficient_of_variation('flow_taf') }} as annual_flow_cv,
        {%- for basis in ['of_unimpaired', 'of_target'] %}
        count({{ basis }}_pct) as {{ basis }}_years_count,
        avg({{ basis }}_pct) as {{ basis }}_annual_mean_pct,
        {{ signed_coefficient_of_variation(basis ~ '_pct') }} as {{ basis }}_annual_cv,
        {%- endfor %}
        {{ exceedance_columns('flow_cfs', 'flow_', '_cfs') }},
        {{ exceedance_columns('flow_taf', 'flow_', '_taf') }}
    from years
    group by scenario_id, reach_code
),

final as (
    select
        of_months.scenario_id,
        of_months.reach_code,
        simulation.simulation_start_year,
        simulation.simulation_end_year,
        simulation.total_years,
        of_months.total_months::integer as total_months,
        of_years.complete_years::integer as complete_years,
        of_years.annual_flow_mean_cfs,
        of_years.annual_flow_mean_taf,
        of_years.annual_flow_cv,
        {%- for p in exceedance_points() %}
        of_years.flow_exc_p{{ p }}_cfs,
        of_years.flow_exc_p{{ p }}_taf,
        {%- endfor %}
        of_months.correlation_months_count::integer as correlation_months_count,
        correlated.pearson_r,
        correlated.pearson_r * sqrt(
            (of_months.correlation_months_count - 2) / nullif(1 - correlated.pearson_r ^ 2, 0)
        ) as pearson_t,
        {%- for basis in ['of_unimpaired', 'of_target'] %}
        of_years.{{ basis }}_years_count::integer as {{ basis }}_years_count,
        of_years.{{ basis }}_annual_mean_pct,
        of_years.{{ basis }}_annual_cv,
        of_months.{{ basis }}_volume_pct,
        {%- endfor %}
        of_months.minimum_flow_months_count::integer as minimum_flow_months_count,
        of_months.minimum_flow_met_pct,
        100 - of_months.minimum_flow_met_pct as below_minimum_flow_pct,
        of_months.at_minimum_flow_pct,
        of_months.load_id
    from of_months
    inner join of_years
        on
            of_months.scenario_id = of_years.scenario_id
            and of_months.reach_code = of_years.reach_code
    inner join simulation on of_months.scenario_id = simulation.scenario_id
    left join correlated
        on
            of_months.scenario_id = correlated.scenario_id
            and of_months.reach_code = correlated.reach_code
)

select * from final
