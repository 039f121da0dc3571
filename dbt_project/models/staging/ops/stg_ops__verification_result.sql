-- What did each check find, each time that it ran?
with

verification_result as (
    select * from {{ source('ops', 'verification_result') }}
),

final as (
    select
        result_id,
        run_id,
        scenario_id,
        load_id,
        question as question_code,
        family as family_code,
        check_name,
        status,
        checked_count,
        failed_count,
        message,
        recorded_at
    from verification_result
)

select * from final
