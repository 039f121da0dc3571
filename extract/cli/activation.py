"""`coeqwal activate`, `deactivate` and `release`: what the API shows of a scenario, and what may be handed on."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from extract.archive import Archive
from extract.cli.report import Reporter
from extract.pipeline.pipeline import Pipeline
from extract.records.names import check_scenario_id
from extract.records.operator import operator
from extract.releases.release import release as release_load
from extract.settings import settings
from extract.warehouse.activation import NotPassedError

ScenarioArgument = Annotated[str, typer.Argument(help="Scenario id, as in s0105.", show_default=False)]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Who decided it; default who runs this.", metavar="NAME", show_default=False)
]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Why; recorded with it.", show_default=False)]
ConfirmOption = Annotated[
    str | None,
    typer.Option(
        "--confirm-override",
        help="Why a load that the trend report disproves may be shown all the same; recorded with it.",
        metavar="REASON",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="A JSON object instead of text.")]


def activate(
    scenario: ScenarioArgument,
    by: ByOption = None,
    reason: ReasonOption = None,
    confirm_override: ConfirmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let the API show the scenario's present load; refused unless every blocking check of this load has passed."""
    scenario_id = check_scenario_id(scenario)
    try:
        Pipeline(settings(), scenario_id, Reporter(as_json)).activate(by or operator(), reason, confirm_override)
    except NotPassedError as error:
        if as_json:
            print(json.dumps({"stage": "activate", "status": "refused", "blocking": error.as_json()}))
        raise


def deactivate(
    scenario: ScenarioArgument, by: ByOption = None, reason: ReasonOption = None, as_json: JsonOption = False
) -> None:
    """Let the API show nothing of the scenario any more; its rows stay."""
    scenario_id = check_scenario_id(scenario)
    Pipeline(settings(), scenario_id, Reporter(as_json)).deactivate(by or operator(), reason)


def release(scenario: ScenarioArgument, by: ByOption = None) -> None:
    """Freeze the load that the API shows as a release; refused unless every check that blocks one has passed."""
    scenario_id, config = check_scenario_id(scenario), settings()
    made = release_load(config.resolved_database_url(), Archive.of(config), scenario_id, by or operator())
    print(f"release done: {made.record.load_id}, {len(made.record.tables)} tables, {made.archive.uri(made.key)}")
