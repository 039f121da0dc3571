-- What is the index of each water year, computed from runoff? MAF; formulas 40-30-30 and 60-20-20 of Decision 1641.
-- It rests on the index of the year before, which the first year, and any year after a gap, does not know. That index
-- lies between 0 and its cap, so both ends are carried on; they meet after a few years, or at once after a very wet one.
with

runoff as (
    select * from {{ ref('int_water_year__runoff') }}
),

constants as (
    select * from {{ ref('water_year_index_constant') }}
),

weight as (
    select
        index_code,
        max(weight_fraction) filter (where term = 'april_july_runoff') as april_july_weight,
        max(weight_fraction) filter (where term = 'october_march_runoff') as october_march_weight,
        max(weight_fraction) filter (where term = 'previous_index') as previous_weight,
        max(cap_maf) filter (where term = 'previous_index') as cap_maf
    from constants
    group by index_code
),

-- the years in a row, so that the recursion runs within one scenario and a filter on it reaches the series
scenario_years as (
    select
        scenario_id,
        load_id,
        index_code,
        array_agg(water_year order by water_year) as water_years,
        array_agg(october_march_runoff_maf order by water_year) as october_march_runoffs,
        array_agg(april_july_runoff_maf order by water_year) as april_july_runoffs
    from runoff
    group by scenario_id, load_id, index_code
),

chained as (
    select
        scenario_years.scenario_id,
        scenario_years.load_id,
        scenario_years.index_code,
        scenario_years.water_years[chain.place] as water_year,
        scenario_years.october_march_runoffs[chain.place] as october_march_runoff_maf,
        scenario_years.april_july_runoffs[chain.place] as april_july_runoff_maf,
        chain.lowest_index_maf,
        chain.highest_index_maf
    from scenario_years
    inner join weight on scenario_years.index_code = weight.index_code
    cross join lateral (
        with recursive chain as (
            select
                0 as place,
                null::double precision as lowest_index_maf,
                null::double precision as highest_index_maf
            union all
            select
                chain.place + 1 as place,
                of_year.runoff_term
                + weight.previous_weight * least(weight.cap_maf, coalesce(lowest_index_maf, 0))
                    as lowest_index_maf,
                of_year.runoff_term
                + weight.previous_weight * least(weight.cap_maf, highest_index_maf)
                    as highest_index_maf
            from chain
            cross join lateral (
                select
                    weight.april_july_weight
                    * scenario_years.april_july_runoffs[chain.place + 1]
                    + weight.october_march_weight
                    * scenario_years.october_march_runoffs[chain.place + 1] as runoff_term
            ) as of_year
            where chain.place < cardinality(scenario_years.water_years)
        )

        select * from chain
        where place > 0
    ) as chain
),

final as (
    select
        scenario_id,
        load_id,
        index_code,
        water_year,
        october_march_runoff_maf,
        april_july_runoff_maf,
        lowest_index_maf,
        highest_index_maf,
        case
            when
                highest_index_maf - lowest_index_maf
                <= {{ constant('water_year_index_precision_maf') }}
                then (lowest_index_maf + highest_index_maf) / 2
        end as index_maf
    from chained
)

select * from final
