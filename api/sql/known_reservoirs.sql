-- Which of these codes the catalogue holds. $1 = reservoir codes.
select reservoir_code
from api_reservoir
where reservoir_code = any($1::text[])
