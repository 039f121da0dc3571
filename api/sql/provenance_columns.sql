-- The columns of a relation with their descriptions. $1 = name of the relation.
select
    column_name,
    data_type,
    description
from api_provenance_column
where relation_name = $1
order by column_order
