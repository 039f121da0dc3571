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

weighed as (
    select
        runoff.*,
        weight.previous_weight,
        weight.cap_maf,
        weight.april_july_weight * runoff.april_july_runoff_maf
        + weight.october_march_weight * runoff.october_march_runoff_maf as runoff_term_maf
    from runoff
    inner join weight on runoff.index_code = weight.index_code
),

-- the years in a row, so that the recursion runs within one scenario and a filter on it reaches the series
scenario_years as (
    select
        scenario_id,
        load_id,
        index_code,
        previous_weight,
        cap_maf,
        array_agg(water_year order by water_year) as water_years,
        array_agg(october_march_runoff_maf order by water_year) as october_march_runoffs,
        array_agg(april_july_runoff_maf order by water_year) as april_july_runoffs,
        array_agg(runoff_term_maf order by water_year) as runoff_terms
    from weighed
    group by scenario_id, load_id, index_code, previous_weight, cap_maf
),

chained as (
    select
        scenario_years.scenario_id,
        scenario_years.load_id,
        scenario_years.index_code,
        scenario_years.water_years[turn.place] as water_year,
        scenario_years.october_march_runoffs[turn.place] as october_march_runoff_maf,
        scenario_years.april_july_runoffs[turn.place] as april_july_runoff_maf,
        turn.lowest_index_maf,
        turn.highest_index_maf
    from scenario_years
    cross join
        lateral (  -- noqa: ST05
            with recursive of_place as (
                select
                    0 as place,
                    null::double precision as lowest_index_maf,
                    null::double precision as highest_index_maf
                union all
                select
                    of_place.place + 1 as place,
                    scenario_years.runoff_terms[of_place.place + 1]
                    + scenario_years.previous_weight
                    * least(scenario_years.cap_maf, coalesce(of_place.lowest_index_maf, 0))
                        as lowest_index_maf,
                    -- least() passes over an index that is not known: the cap is left
                    scenario_years.runoff_terms[of_place.place + 1]
                    + scenario_years.previous_weight
                    * least(scenario_years.cap_maf, of_place.highest_index_maf)
                        as highest_index_maf
                from of_place
                where of_place.place < cardinality(scenario_years.water_years)
            )

            select
                of_place.place,
                of_place.lowest_index_maf,
                of_place.highest_index_maf
            from of_place
            where of_place.place > 0
        ) as turn
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
