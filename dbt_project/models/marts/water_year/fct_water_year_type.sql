-- Which type was each water year of a model run, and what says so? Number and letter (method: water_year_type).
with

typed as (
    select * from {{ ref('int_water_year__type') }}
    where {{ in_scope() }}
),

final as (
    select
        scenario_id,
        index_code,
        water_year,
        type_number,
        type_code,
        basis,
        run_type_number,
        computed_type_number,
        computed_index_maf,
        load_id
    from typed
)

select * from final
