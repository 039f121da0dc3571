-- Reservoirs with a storage or flood release series and no summary, and the other way round.
with

coverage as (
    select distinct
        scenario_id,
        entity_code as reservoir_code
    from {{ ref('fct_verification_variable_coverage') }}
    where
        {{ in_scope() }}
        and entity_kind = 'reservoir'
        and measure in ('storage', 'flood_release')
        and series_count > 0
),

summary as (
    select
        scenario_id,
        reservoir_code
    from {{ ref('fct_reservoir_period_summary') }}
    where {{ in_scope() }}
),

final as (
    select
        coalesce(coverage.scenario_id, summary.scenario_id) as scenario_id,
        coalesce(coverage.reservoir_code, summary.reservoir_code) as reservoir_code,
        coverage.reservoir_code is not null as has_series,
        summary.reservoir_code is not null as has_summary
    from coverage
    full join summary
        on
            coverage.scenario_id = summary.scenario_id
            and coverage.reservoir_code = summary.reservoir_code
    where coverage.reservoir_code is null or summary.reservoir_code is null
)

select * from final
