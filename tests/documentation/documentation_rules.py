"""Rules for names, descriptions and structure of the dbt project, as functions over the manifest.

Each takes the manifest as dbt writes it and gives the problems it finds, one line each; none = the rule is kept.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from extract.reference.manifest import required

Node = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
PROJECT = "coeqwal"
PLACEHOLDER = re.compile(r"\b(TODO|TBD|TK|FIXME|placeholder)\b|^unknown\b", re.IGNORECASE)
DIMENSIONLESS = re.compile(r"(^|_)cv(_|$)|(^|_)pearson_[rt]$|_prob_|(^|_)(latitude|longitude|reliability|score|gini)$")
LAYERS = {
    "staging": r"stg_[a-z]+__[a-z_]+$",
    "intermediate": r"int_[a-z_]+?__[a-z_]+$",
    "marts/reference": r"dim_[a-z_]+$",
    "marts": r"fct_[a-z_]+$",
    "verification": r"fct_(verification_[a-z_]+|[a-z_]+_check)$|int_verification__[a-z_]+$",
    "api": r"api_[a-z_]+$",
}
MAY_READ = {
    "staging": ("source", "staging", "seed"),
    "intermediate": ("staging", "intermediate", "marts/reference", "seed"),
    "marts/reference": ("staging", "seed"),
    "marts": ("staging", "intermediate", "marts/reference", "marts", "seed"),
    "verification": ("staging", "intermediate", "marts/reference", "marts", "verification", "seed"),
    "api": ("intermediate", "marts/reference", "marts", "verification", "api", "seed"),
}
UNIQUE = ("unique", "unique_grain")


def nodes(manifest: Node, *kinds: str) -> Iterator[Node]:
    """The project's own nodes of these kinds."""
    for collection in ("nodes", "sources", "exposures"):
        for node in manifest[collection].values():
            if node["resource_type"] in kinds and node["package_name"] == PROJECT:
                yield node


def layer(node: Node) -> str:
    """The layer a node lies in, by its folder."""
    if node["resource_type"] != "model":
        return str(node["resource_type"])
    folder = node["original_file_path"].removeprefix("dbt_project/models/")
    return next(name for name in LAYERS if folder.startswith(f"{name}/"))


def tests_of(manifest: Node, node: Node) -> list[Node]:
    """Data tests attached to a node."""
    return [t for t in nodes(manifest, "test") if t.get("attached_node") == node["unique_id"]]


def described(manifest: Node) -> Iterator[str]:
    """Everything has a description with content: relations at least 25 characters, columns too."""
    for node in nodes(manifest, "model", "seed", "source", "exposure"):
        texts = {"": node["description"]} | {c: v["description"] for c, v in node.get("columns", {}).items()}
        for column, text in texts.items():
            if len(text.strip()) < (3 if column else 25) or PLACEHOLDER.search(text.strip()):
                yield f"{node['name']}.{column}: description {text!r}"
    for macro in manifest["macros"].values():
        if macro["package_name"] == PROJECT and not macro["description"].strip():
            yield f"macro {macro['name']}: no description"


def grain_is_stated(manifest: Node) -> Iterator[str]:
    """The description of a relation says what one row is."""
    for node in nodes(manifest, "model", "seed", "source"):
        if "One row per " not in node["description"]:
            yield f"{node['name']}: no sentence `One row per …`"


def descriptions_differ(manifest: Node) -> Iterator[str]:
    """No two relations share a description."""
    seen: dict[str, str] = {}
    for node in nodes(manifest, "model", "seed", "source"):
        other = seen.setdefault(node["description"], node["name"])
        if other != node["name"]:
            yield f"{node['name']}: same description as {other}"


def grain_is_tested(manifest: Node) -> Iterator[str]:
    """A model or seed has a uniqueness test, and in stored and served relations the key is not NULL."""
    for node in nodes(manifest, "model", "seed"):
        kinds: dict[str, list[Node]] = {}
        for test in tests_of(manifest, node):
            if test.get("test_metadata"):
                kinds.setdefault(test["test_metadata"]["name"], []).append(test)
        unique = [t["test_metadata"]["kwargs"] for kind in UNIQUE for t in kinds.get(kind, [])]
        if not unique:
            yield f"{node['name']}: no uniqueness test"
        elif layer(node) in ("marts", "verification", "api"):
            filled = required([t for tests in kinds.values() for t in tests])
            keys = min((k.get("columns") or [k["column_name"]] for k in unique), key=len)
            yield from (f"{node['name']}.{key}: key that may be NULL" for key in keys if key not in filled)


def contract_is_enforced(manifest: Node) -> Iterator[str]:
    """Stored statistics and API views have an enforced contract with a type for each column."""
    for node in nodes(manifest, "model"):
        if layer(node) in ("marts", "verification", "api"):
            if not node["config"]["contract"]["enforced"]:
                yield f"{node['name']}: no contract"
            yield from (f"{node['name']}.{c}: no type" for c, v in node["columns"].items() if not v["data_type"])


def name_fits_layer(manifest: Node) -> Iterator[str]:
    """Folder and prefix agree."""
    for node in nodes(manifest, "model"):
        if not re.match(LAYERS[layer(node)], node["name"]):
            yield f"{node['name']}: not a name of layer {layer(node)}"


def reads_only_below(manifest: Node) -> Iterator[str]:
    """A layer reads from the layers below it; facts may read facts."""
    known = {node["unique_id"]: node for node in nodes(manifest, "model", "seed", "source")}
    for node in nodes(manifest, "model"):
        for parent in node["depends_on"]["nodes"]:
            if layer(known[parent]) not in MAY_READ[layer(node)]:
                yield f"{node['name']}: layer {layer(node)} must not read {known[parent]['name']}"


def unit_is_last(manifest: Node) -> Iterator[str]:
    """A number with a unit says so in the last token of its name, or else the column unit of the same row does."""
    with open(ROOT / "seeds" / "01_lookup" / "unit.csv", encoding="utf-8") as file:
        units = {row["column_suffix"] for row in csv.DictReader(file)}
    for node in nodes(manifest, "model"):
        for column, value in node["columns"].items():
            is_number = value["data_type"] == "double precision"
            named = column.rpartition("_")[2] in units or "unit" in node["columns"]
            if is_number and not named and not DIMENSIONLESS.search(column):
                yield f"{node['name']}.{column}: the last token is no unit"


def sql_has_the_form(manifest: Node) -> Iterator[str]:
    """A model begins with a comment, ends with its last step, and is short enough to read."""
    for node in nodes(manifest, "model"):
        lines = node["raw_code"].strip().splitlines()
        if not lines[0].startswith("-- "):
            yield f"{node['name']}: the first line is not a comment"
        if lines[-1] != "select * from final":
            yield f"{node['name']}: the last line is not `select * from final`"
        if len(lines) > 120 or max(map(len, lines)) > 130:
            yield f"{node['name']}: too long"


def sql_holds_no_data(manifest: Node) -> Iterator[str]:
    """No variable of the model and no decimal number stands in SQL; seeds hold them."""
    for node in nodes(manifest, "model"):
        code = re.sub(r"--.*", "", node["raw_code"])
        for found in re.findall(r"\b(?:[SCDIE]|AW|DN|GP)_[A-Z]{3,}\w*|\b\d+\.\d+", code):
            yield f"{node['name']}: {found} belongs into a seed"


def cases_are_searched(manifest: Node) -> Iterator[str]:
    """`case when unit = 'CFS'`, never `case unit when 'CFS'`, which a sharded PostgreSQL translates wrongly."""
    macros = [node for node in manifest["macros"].values() if node["package_name"] == PROJECT]
    for node in [*nodes(manifest, "model", "test"), *macros]:
        code = re.sub(r"\{#.*?#\}|--[^\n]*", "", node.get("raw_code") or node["macro_sql"], flags=re.DOTALL)
        if re.search(r"\bcase\s+(?!when\b)(?=\S)", code, re.IGNORECASE):
            yield f"{node['name']}: a simple case; write `case when ... = ...`"


def facts_read_their_scope(manifest: Node) -> Iterator[str]:
    """A stored model limits every scenario-grained import to its scope, in the import."""
    grained = {n["name"] for n in nodes(manifest, "model") if "scenario_id" in n["columns"]}
    for node in nodes(manifest, "model", "test"):
        stored = node["resource_type"] == "model" and node["config"]["materialized"] == "incremental"
        if stored or (node["resource_type"] == "test" and not node.get("test_metadata")):
            for cte in re.split(r"\n\),", node["raw_code"]):
                parent = re.search(r"ref\('(\w+)'\)", cte)
                if parent and parent[1] in grained and "in_scope()" not in cte:
                    yield f"{node['name']}: reads all scenarios of {parent[1]}"


def warnings_have_an_owner(manifest: Node) -> Iterator[str]:
    """A test that only warns says who looks at it, and until when it may."""
    for test in nodes(manifest, "test"):
        if test["config"]["severity"].lower() == "warn":
            meta = test["config"].get("meta", {})
            if not meta.get("owner") or str(meta.get("until", "")) < date.today().isoformat():
                yield f"{test['name']}: a warning without owner, or past its date"


def own_tests_say_why(manifest: Node) -> Iterator[str]:
    """A test that somebody named has a sentence that says what it protects."""
    general = ("not_null", "unique", "accepted_values", "relationships", "within_range")
    for test in nodes(manifest, "test"):
        kind = (test.get("test_metadata") or {}).get("name")
        if kind not in general and len(test["description"]) < 25:
            yield f"{test['name']}: no description"


RULES: tuple[Callable[[Node], Iterator[str]], ...] = (
    described,
    grain_is_stated,
    descriptions_differ,
    grain_is_tested,
    contract_is_enforced,
    name_fits_layer,
    reads_only_below,
    unit_is_last,
    sql_has_the_form,
    sql_holds_no_data,
    cases_are_searched,
    facts_read_their_scope,
    warnings_have_an_owner,
    own_tests_say_why,
)


def seed_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a seed file."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
