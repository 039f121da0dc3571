-- Does what was delivered follow from the run, where the rule of the tier is public? Open (NULL) with a reason (method: tier).
{%- set compared = [
    ('level', 'tier_level', 'true', 'a threshold of the rule is not public, or months are missing'),
    (
        'continuous_score', 'tier_score', 'is_interpolated and tier_score is not null',
        'the interpolation within this level is not public'
    ),
] %}
with

delivered as (
    select * from {{ ref('stg_tier__value') }}
    where {{ in_scope() }}
),

computed as (
    select * from {{ ref('int_tier__computed') }}
    where {{ in_scope() }}
),

scenario_load as (
    select * from {{ ref('stg_calsim__scenario_load') }}
    where {{ in_scope() }}
),

delivery as (
    select * from {{ ref('stg_tier__load') }}
    where {{ in_scope() }}
),

tier_rule as (
    select
        tier_code,
        bool_or(is_interpolated) as is_interpolated
    from {{ ref('tier_rule') }}
    group by tier_code
),

tolerance as (
    select
        {{ constant('relative_tolerance_fraction') }} as relative_fraction,
        {{ constant('delta_ecology_deviation_weight_fraction') }} as deviation_weight
),

paired as (
    select
        delivered.*,
        tier_rule.is_interpolated,
        computed.tier_level as computed_tier_level,
        computed.tier_score as computed_tier_score,
        scenario_load.load_id,
        case
            when scenario_load.load_id is null then 'no model run is loaded'
            when computed.tier_code is null then 'the model run lacks a series of the rule'
        end as missing_input
    from delivered
    inner join tier_rule on delivered.tier_code = tier_rule.tier_code
    left join computed
        on
            delivered.scenario_id = computed.scenario_id
            and delivered.tier_code = computed.tier_code
            and delivered.location_code is not distinct from computed.location_code
    left join scenario_load on delivered.scenario_id = scenario_load.scenario_id
),

checked as (
    {%- for quantity, value, condition, reason in compared %}
    select
        scenario_id,
        tier_code,
        coalesce(location_code, '*') as location_code,
        '{{ quantity }}' as quantity,
        {{ value }}::double precision as delivered_score,
        computed_{{ value }}::double precision as computed_score,
        coalesce(missing_input, '{{ reason }}') as reason,
        load_id
    from paired
    where {{ condition }}
    union all
    {%- endfor %}
    select
        delivered.scenario_id,
        delivered.tier_code,
        '*' as location_code,
        'ecological_score' as quantity,
        delivered.ecological_score as delivered_score,
        delivered.input_mean_score
        - tolerance.deviation_weight * delivered.input_deviation_score as computed_score,
        'mean or standard deviation was not delivered' as reason,
        null as load_id
    from delivered
    cross join tolerance
    where delivered.ecological_score is not null
),

final as (
    select
        checked.scenario_id,
        checked.tier_code,
        checked.location_code,
        checked.quantity,
        checked.delivered_score,
        checked.computed_score,
        abs(checked.computed_score - checked.delivered_score)
        <= tolerance.relative_fraction * greatest(1, abs(checked.delivered_score)) as is_equal,
        case
            when checked.computed_score is null then checked.reason
            when checked.delivered_score is null then 'the delivery has no value'
        end as open_reason,
        delivery.delivery_id,
        checked.load_id
    from checked
    cross join tolerance
    inner join delivery
        on
            checked.scenario_id = delivery.scenario_id
            and checked.tier_code = delivery.tier_code
)

select * from final
