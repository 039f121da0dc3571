-- The catalogue of contractors. Table A amounts in TAF a year.
select
    contractor_code,
    contractor_name,
    project,
    service_area,
    contractor_type,
    table_a_taf,
    table_a_status,
    group_codes,
    without_series_reason
from api_contractor
order by sort_order, contractor_code
