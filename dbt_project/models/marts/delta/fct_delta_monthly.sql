-- How are outflow, X2 and salinity distributed over the years, month by month, and how often do they keep their standards?
-- Numbers without a unit in their name are in unit; X2 stands in its own month (method: delta).
with

months as (
    select * from {{ ref('int_delta__monthly') }}
    where {{ in_scope() }}
),

final as (
    select
        scenario_id,
        variable_code,
        water_month,
        unit,
        count(value)::integer as sample_count,
        avg(value) as mean,
        {{ signed_coefficient_of_variation('value') }} as cv,
        {{ quantile_columns('value') }},
        {{ exceedance_columns('value') }},
        avg(outflow_cfs) as mean_cfs,
        {{ delta_standard_columns() }},
        load_id
    from months
    group by
        scenario_id, load_id, variable_code, category, is_compatibility, unit, water_month
)

select * from final
