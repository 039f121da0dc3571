-- The reaches with flow statistics.
select
    reach_code as network_arc_id,
    reach_name as label,
    reach_class as channel_class,
    watershed_code as watershed_short_code,
    watershed_name,
    hydrologic_region,
    unimpaired_part_b as unimp_sv_variable,
    has_minimum_flow as has_mif,
    has_functional_flow_target as has_eflows,
    has_unimpaired_flow as has_unimpaired,
    is_tidal
from api_channel_reach
order by reach_class, watershed_code, reach_code
