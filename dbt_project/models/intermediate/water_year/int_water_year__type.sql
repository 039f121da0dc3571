-- Which type is each water year of a model run? The run's own type in May; without that series, the one of the index.
with

entity_series as (
    select * from {{ ref('int_calsim__entity_series') }}
    where entity_kind = 'water_year_index' and measure = 'water_year_type'
),

computed_index as (
    select * from {{ ref('int_water_year__index') }}
),

month as (
    select * from {{ ref('dim_month') }}
),

water_year_type as (
    select * from {{ ref('water_year_type') }}
),

of_run as (
    select
        entity_series.scenario_id,
        entity_series.load_id,
        entity_series.entity_code as index_code,
        entity_series.part_b,
        month.water_year,
        water_year_type.type_number
    from entity_series
    inner join month on month.water_month = 8
    left join water_year_type
        on
            entity_series.entity_code = water_year_type.index_code
            and entity_series.month_values[month.month_index] = water_year_type.type_number
),

-- a type counts only where the lowest and the highest index that are possible agree on it
computed as (
    select
        computed_index.scenario_id,
        computed_index.load_id,
        computed_index.index_code,
        computed_index.water_year,
        computed_index.index_maf,
        case when lowest.type_number = highest.type_number then lowest.type_number end
            as type_number
    from computed_index
    left join water_year_type as lowest
        on
            computed_index.index_code = lowest.index_code
            and {{ is_of_type('computed_index.lowest_index_maf', 'lowest') }}
    left join water_year_type as highest
        on
            computed_index.index_code = highest.index_code
            and {{ is_of_type('computed_index.highest_index_maf', 'highest') }}
),

-- not a full join: a filter on the scenario would not reach the series
both_types as (
    select
        scenario_id,
        load_id,
        index_code,
        water_year,
        part_b,
        type_number as run_type_number,
        null::integer as computed_type_number,
        null::double precision as computed_index_maf
    from of_run
    union all
    select
        scenario_id,
        load_id,
        index_code,
        water_year,
        null as part_b,
        null as run_type_number,
        type_number as computed_type_number,
        index_maf as computed_index_maf
    from computed
),

compared as (
    select
        scenario_id,
        load_id,
        index_code,
        water_year,
        coalesce('series ' || max(part_b), 'computed from runoff') as basis,
        case
            when max(part_b) is not null then max(run_type_number)
            else max(computed_type_number)
        end as type_number,
        max(run_type_number) as run_type_number,
        max(computed_type_number) as computed_type_number,
        max(computed_index_maf) as computed_index_maf
    from both_types
    group by scenario_id, load_id, index_code, water_year
),

final as (
    select
        compared.scenario_id,
        compared.load_id,
        compared.index_code,
        compared.water_year,
        compared.type_number,
        water_year_type.type_code,
        compared.basis,
        compared.run_type_number,
        compared.computed_type_number,
        compared.computed_index_maf
    from compared
    left join water_year_type
        on
            compared.index_code = water_year_type.index_code
            and compared.type_number = water_year_type.type_number
)

select * from final
