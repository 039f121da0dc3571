-- The subjects of a topic. $1 = topic.
select
    subject_kind,
    subject_code,
    subject_name
from api_data_in_depth_subject
where subject_kind in (select subject_kind from api_data_in_depth_measure where topic_code = $1)
order by subject_kind, subject_code
