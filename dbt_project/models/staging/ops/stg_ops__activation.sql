-- Which load of each scenario was shown or hidden last?
with

activation as (
    select * from {{ source('ops', 'activation_state') }}
),

final as (
    select
        scenario_id,
        load_id,
        is_active,
        changed_by,
        reason,
        changed_at
    from activation
)

select * from final
