-- Arcs and nodes whose kind or subtype has no meaning in network_kind. Failures: one row per element and code.
with

network_arc as (
    select * from {{ ref('network_arc') }}
),

network_node as (
    select * from {{ ref('network_node') }}
),

network_kind as (
    select * from {{ ref('network_kind') }}
),

used as (
    select
        'arc' as element,
        'kind' as code_level,
        kind_code as code
    from network_arc
    union
    select
        'arc' as element,
        'subtype' as code_level,
        subtype_code as code
    from network_arc
    union
    select
        'node' as element,
        'kind' as code_level,
        kind_code as code
    from network_node
    union
    select
        'node' as element,
        'subtype' as code_level,
        subtype_code as code
    from network_node
)

select used.*
from used
left join network_kind
    on
        used.element = network_kind.element
        and used.code_level = network_kind.code_level
        and used.code = network_kind.kind_code
where used.code is not null and network_kind.kind_code is null
