-- Which yearly series does each topic have, in which unit, and under which key are they shown? Route: data in depth.
with

measure as (
    select * from {{ ref('data_in_depth_measure') }}
),

final as (
    select
        topic_code,
        subject_kind,
        measure_code,
        series_key,
        measure_name,
        unit
    from measure
)

select * from final
