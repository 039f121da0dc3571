{#- Months that are missing from the calendar of 1,200 months from October 1921, or too many in it -#}
{% test complete_calendar(model) %}
with

expected as (
    select
        position as month_index,
        (date '1921-10-01' + make_interval(months => position - 1))::date as month_start
    from generate_series(1, 1200) as position
),

actual as (
    select * from {{ model }}
)

select
    expected.month_index as expected_month_index,
    actual.month_index as actual_month_index
from expected
full join actual
    on
        expected.month_index = actual.month_index
        and expected.month_start = actual.month_start
where expected.month_index is null or actual.month_index is null
{% endtest %}
