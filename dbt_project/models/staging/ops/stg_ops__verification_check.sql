-- Which data tests does dbt have?
with

verification_check as (
    select * from {{ source('ops', 'verification_check') }}
),

final as (
    select
        question as question_code,
        family as family_code,
        check_name
    from verification_check
)

select * from final
