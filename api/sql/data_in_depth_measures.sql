-- The series of a topic. $1 = topic.
select
    subject_kind,
    measure_code,
    series_key,
    measure_name,
    unit
from api_data_in_depth_measure
where topic_code = $1
order by subject_kind, measure_code
