"""The `coeqwal` command.

Exit codes: 0 ok, 1 a check failed, 2 wrong usage, 3 try again later, 4 data refused.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from extract import __version__
from extract.cli import (
    activation,
    archive,
    audit,
    database,
    intake,
    many,
    provenance,
    reference,
    registry,
    seeds,
    status,
    tiers,
    verify,
)
from extract.cli.report import Reporter
from extract.errors import UsageError, told
from extract.intake.promote import Candidate, given_by_hand
from extract.pipeline.pipeline import Pipeline
from extract.pipeline.stages import Goal
from extract.records import names
from extract.settings import settings

app = typer.Typer(
    help="CalSim3 model runs into the COEQWAL warehouse, and the warehouse onto the web.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
intake.register(app)
app.add_typer(archive.app, name="archive")
app.add_typer(database.app, name="db")
app.add_typer(seeds.app, name="seeds")
app.add_typer(registry.app, name="registry")
app.add_typer(reference.app, name="reference")
app.command("activate")(activation.activate)
app.command("deactivate")(activation.deactivate)
app.command("release")(activation.release)
app.command("status")(status.status)
app.command("plan")(status.write_plan)
app.add_typer(tiers.app, name="tiers")
app.add_typer(verify.app, name="verify")
app.command("explain")(provenance.explain)
app.command("compare")(provenance.compare)
app.command("audit")(audit.run_audit)

ZipOption = Annotated[
    Path | None,
    typer.Option("--zip", help="The model run, a ZIP with the DV and SV DSS files; default the one in the archive."),
]
TrendOption = Annotated[Path | None, typer.Option("--trend", help="The trend report's reference CSV.")]
DvOption = intake.DvOption
SvOption = intake.SvOption
AcceptOption = intake.AcceptOption
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object per stage instead of text.")]
OverrideOption = Annotated[
    str | None,
    typer.Option(
        "--override-validation",
        help="Load although the trend report disproves the run; the reason is recorded with your name.",
        metavar="REASON",
        show_default=False,
    ),
]
ScenarioArgument = Annotated[str, typer.Argument(help="Scenario id, as in s0105.", show_default=False)]


def _scenario(text: str | None, zip_path: Path | None = None) -> str:
    """The scenario id as given, or else the one the ZIP's name begins with."""
    if text is not None:
        return names.check_scenario_id(text)
    found = names.scenario_id_in(zip_path.name) if zip_path else None
    if found is None:
        raise UsageError(
            f"no scenario id: none was given and the name {zip_path.name if zip_path else ''} does not begin with one",
            "say which scenario this is, as in `coeqwal run s0105 --zip PATH`",
        )
    return found


def _candidate(
    scenario_id: str, zip_path: Path | None, trend: Path | None, dv: str | None, sv: str | None
) -> Candidate | None:
    """The model run that was named, if one was."""
    if zip_path is not None:
        return given_by_hand(scenario_id, zip_path, trend, dv, sv)
    for option, value in (("--trend", trend), ("--dv", dv), ("--sv", sv)):
        if value is not None:
            raise UsageError(f"{option} without --zip", "give the ZIP of the model run too, with --zip")
    return None


def _pipeline(scenario_id: str, as_json: bool, accept: str | None = None) -> Pipeline:
    report = Reporter(as_json)
    return Pipeline(settings(), scenario_id, report, report.watch, accept)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"coeqwal {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """CalSim3 model runs into the COEQWAL warehouse, and the warehouse onto the web."""


@app.command()
def run(
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Scenario ids; default from the ZIP's name.")
    ] = None,
    zip_path: ZipOption = None,
    trend: TrendOption = None,
    dv: DvOption = None,
    sv: SvOption = None,
    to: Annotated[Goal, typer.Option("--to", help="The last stage wanted.")] = "active",
    override: OverrideOption = None,
    accept: AcceptOption = None,
    every: Annotated[bool, typer.Option("--all", help="Every scenario whose model run is in the archive.")] = False,
    plan_file: Annotated[
        Path | None, typer.Option("--plan", help="Run the stages of a file that `coeqwal plan` wrote.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Of several scenarios, how many to work on at a time; default one per core."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take model runs all the way: promote, extract, load, build, verify, activate. What is there is passed over.

    Several scenarios are taken from the archive, side by side; one that fails stops no other.
    """
    report = Reporter(as_json)
    of_one = bool(zip_path or trend or dv or sv or override or accept)
    if plan_file is not None:
        if scenarios or every or of_one or to != "active":
            raise UsageError("--plan goes with no other scenario, file or option", "the plan says what is to be done")
        if workers and workers > 1:
            raise typer.Exit(many.run_plan(plan_file, workers, as_json))
        raise typer.Exit(status.run_plan(plan_file, report, as_json))
    if every or (scenarios and len(scenarios) > 1):
        if of_one or (every and scenarios):
            raise UsageError(
                "several scenarios go with no file, reason or further scenario", "run the one that needs it by itself"
            )
        raise typer.Exit(many.run(scenarios or status.in_archive(), to, workers, as_json))
    scenario_id = _scenario(scenarios[0] if scenarios else None, zip_path)
    candidate = _candidate(scenario_id, zip_path, trend, dv, sv)
    pipeline = Pipeline(settings(), scenario_id, report, report.watch, accept)
    pipeline.run(candidate, to, override)
    if not as_json:
        done = f"{scenario_id} is in the warehouse: {pipeline.summary()}. Next: `coeqwal serve`"
        report.console.print(done if to == "active" else f"Next: `coeqwal run {scenario_id}`", soft_wrap=True)


@app.command()
def extract(
    scenario: ScenarioArgument,
    zip_path: ZipOption = None,
    trend: TrendOption = None,
    dv: DvOption = None,
    sv: SvOption = None,
    accept: AcceptOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the DSS files of a model run and write its CSV files and receipt."""
    scenario_id = _scenario(scenario)
    candidate = _candidate(scenario_id, zip_path, trend, dv, sv)
    _pipeline(scenario_id, as_json, accept).extract(candidate)


@app.command()
def load(scenario: ScenarioArgument, override: OverrideOption = None, as_json: JsonOption = False) -> None:
    """Load what was extracted last into staging."""
    _pipeline(_scenario(scenario), as_json).load(override)


@app.command()
def build(scenario: ScenarioArgument, as_json: JsonOption = False) -> None:
    """Build and test the scenario's rows: `dbt build --select scenario:<id>`."""
    _pipeline(_scenario(scenario), as_json).build()


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the API; its log is lines of JSON without addresses and queries of clients."""
    from api.server import run

    run(host, port)


@app.command()
def synthesize(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option(help="Folder for the ZIP and its trend-report reference.")] = Path(),
    series: Annotated[int, typer.Option(help="Number of series in both files together.")] = 3000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same values.")] = 1,
    dss_version: Annotated[int, typer.Option(help="6 or 7.")] = 6,
    edge: Annotated[list[str] | None, typer.Option(help="Edge case; may be repeated.")] = None,
) -> None:
    """Make a synthetic model run: plausible numbers under real CalSim3 names."""
    from extract.demo.synthetic import make_model_run

    scenario_id = _scenario(scenario)
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{scenario_id}_synthetic.zip"
    edge_cases = frozenset(edge or ())
    made = make_model_run(
        path, scenario_id, series=series, seed=seed, dss_version=dss_version, edge_cases=edge_cases, reference=True
    )
    print(f"coeqwal run {scenario_id} --zip {made.zip_path} --trend {made.reference_path}")


@app.command()
def demo(
    stop: Annotated[bool, typer.Option("--stop", help="Stop the API and the embedded database.")] = False,
) -> None:
    """Show it all: a synthetic model run from ZIP to API."""
    from extract.demo import demonstration

    if stop:
        demonstration.stop(settings())
    else:
        report = Reporter(as_json=False)
        demonstration.run(settings(), report, report.watch, report.console)


def main() -> None:
    """Run the command and turn an error of ours into its message and exit code."""
    # as an exception, so that what was begun is put away and children are ended
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with told():
        app()


if __name__ == "__main__":
    main()
