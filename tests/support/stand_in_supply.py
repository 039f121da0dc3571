"""Rows of the catalogues of water supply, chosen by hand; the results of their entities are made by rule."""

from __future__ import annotations

from tests.support.stand_in import Row, entities_of

GROUPS = {"tier": ["72_PU", "02_PU"], "var_wba": ["02_PU"], "var_gw_only": ["72_PU"]}


def _numbered(begin: str, key: str, name: str, rows: dict[str, Row]) -> list[Row]:
    """The entities of a family with what differs between them."""
    return [
        {key: code, name: entities_of(begin)[code], "sort_order": order, **row}
        for order, (code, row) in enumerate(rows.items(), 1)
    ]


BY_HAND: dict[str, list[Row]] = {
    "api_supply_aggregate": [
        {"family": family, "aggregate_code": code, "aggregate_name": name, "project": project, "side": side,
         "delivery_variables": variables, "sort_order": order}
        for family in ("cws", "ag", "refuge")
        for order, ((code, name), (project, side, variables)) in enumerate(
            zip(
                entities_of(f"api_{family}_aggregate").items(),
                [("SWP", "total", ["DEL_A"]), ("CVP", "nod", ["DEL_C", "DEL_B"]), (None, "sod", ["DEL_D"])],
                strict=True,
            ),
            1,
        )
    ],
    "api_contractor": _numbered(
        "api_contractor", "contractor_code", "contractor_name",
        {
            "ACFC": {"project": "SWP", "service_area": "South Bay", "contractor_type": "MI", "table_a_taf": 80.62,
                     "table_a_status": "reported", "group_codes": ["swp", "swp_mi"]},
            "MWD": {"project": "SWP", "service_area": "Southern California", "contractor_type": "MI",
                    "table_a_taf": 1911.5, "table_a_status": "confirmed", "group_codes": ["swp", "swp_mi"]},
            "NAPA": {"project": "SWP", "service_area": "North Bay", "contractor_type": "AG", "table_a_taf": None,
                     "table_a_status": "not_known", "group_codes": ["swp"], "without_series_reason": "no series"},
        },
    ),
    "api_urban_unit": _numbered(
        "api_urban", "unit_code", "unit_label",
        {
            "02_PU": {"wba_code": "02", "hydrologic_region": "SAC", "cs3_type": "PU", "project": "CVP",
                      "agency": "Redding CSD", "has_groundwater": False, "has_surface_water": True,
                      "group_codes": ["tier", "var_wba"], "delivery_variables": ["D_1", "D_2"],
                      "shortage_variables": ["SHRTG_02_PU"]},
            "26S_PU4": {"wba_code": "26S", "hydrologic_region": "SAC", "cs3_type": None, "project": None,
                        "agency": None, "has_groundwater": None, "has_surface_water": None, "group_codes": [],
                        "delivery_variables": [], "shortage_variables": [], "without_series_reason": "no series"},
            "72_PU": {"wba_code": "72", "hydrologic_region": "SJR", "cs3_type": "PU", "project": None,
                      "agency": "Merced", "has_groundwater": True, "has_surface_water": False,
                      "group_codes": ["tier", "var_gw_only"], "delivery_variables": ["GP_72_PU"],
                      "shortage_variables": []},
        },
    ),
    "api_demand_unit_group": [
        {"group_code": group, "group_name": f"Group {group}", "sort_order": order, "unit_code": code,
         "member_order": place}
        for order, (group, members) in enumerate(GROUPS.items(), 1)
        for place, code in enumerate(members, 1)
    ],
    "api_agricultural_unit": _numbered(
        "api_agricultural", "unit_code", "unit_label",
        {
            "02_NA": {"wba_code": "02", "hydrologic_region": "SAC", "cs3_type": None, "agency": "Non-district",
                      "provider": None, "has_groundwater": True, "has_surface_water": True, "total_acres": 139928.7,
                      "has_polygons": False},
            "64_XA": {"wba_code": "64", "hydrologic_region": "SJR", "cs3_type": "XA", "agency": "Madera ID",
                      "provider": "CVP and local", "has_groundwater": True, "has_surface_water": True,
                      "total_acres": 1.5, "has_polygons": True},
            "90_PA": {"wba_code": None, "hydrologic_region": "SJR", "cs3_type": "PA", "agency": None,
                      "provider": "SWP", "has_groundwater": False, "has_surface_water": True, "total_acres": None,
                      "has_polygons": True, "without_series_reason": "no series"},
        },
    ),
    "api_refuge_unit": _numbered(
        "api_refuge", "unit_code", "unit_label",
        {
            "11_PR": {"wba_code": "11", "hydrologic_region": "SAC", "cs3_type": "PR", "managed_by": "USFWS",
                      "provider": "GCID", "has_groundwater": True, "has_surface_water": True, "total_acres": 10.5},
            "17_NR": {"wba_code": "17", "hydrologic_region": "SAC", "cs3_type": "NR", "managed_by": "CDFW",
                      "provider": "BWGWD", "has_groundwater": True, "has_surface_water": True, "total_acres": 9},
            "91_PR": {"wba_code": None, "hydrologic_region": "SJR", "cs3_type": "PR", "managed_by": None,
                      "provider": None, "has_groundwater": None, "has_surface_water": None, "total_acres": None},
        },
    ),
}  # fmt: skip
"""View → its rows."""
