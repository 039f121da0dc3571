"""The `coeqwal` command.

Exit codes: 0 ok, 1 a check failed, 2 wrong usage, 3 try again later, 4 data refused.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from extract import cli_db, cli_reference, cli_registry, cli_seeds, cli_tiers, cli_verify, names
from extract.errors import CoeqwalError, UsageError
from extract.pipeline import Pipeline, StageReport
from extract.settings import settings

app = typer.Typer(
    help="CalSim3 model runs into the COEQWAL warehouse, and the warehouse onto the web.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_db.app, name="db")
app.add_typer(cli_seeds.app, name="seeds")
app.add_typer(cli_registry.app, name="registry")
app.add_typer(cli_reference.app, name="reference")
app.add_typer(cli_tiers.app, name="tiers")
app.add_typer(cli_verify.app, name="verify")

ZipOption = Annotated[Path, typer.Option("--zip", help="The model run: a ZIP with the DV and SV DSS files.")]
TrendOption = Annotated[Path | None, typer.Option("--trend", help="The trend report's reference CSV.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object per stage instead of text.")]
ScenarioArgument = Annotated[str, typer.Argument(help="Scenario id, as in s0105.", show_default=False)]


def _say(as_json: bool) -> tuple[Console, _Reporter]:
    console = Console(highlight=False)
    return console, _Reporter(console, as_json)


class _Reporter:
    def __init__(self, console: Console, as_json: bool) -> None:
        self.console = console
        self.as_json = as_json

    def __call__(self, report: StageReport) -> None:
        if self.as_json:
            print(json.dumps(report.__dict__), flush=True)
        else:
            self.console.print(
                f"[bold]{report.stage:8}[/] {report.status:9} {report.seconds:6.1f} s  {report.detail}", soft_wrap=True
            )


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


@app.command()
def run(
    zip_path: ZipOption,
    scenario: Annotated[str | None, typer.Argument(help="Scenario id; default from the ZIP's name.")] = None,
    trend: TrendOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a model run all the way: extract, load, build. What is there already is passed over."""
    scenario_id = _scenario(scenario, zip_path)
    console, report = _say(as_json)
    Pipeline(settings(), scenario_id, report).run(zip_path, trend)
    if not as_json:
        console.print(f"{scenario_id} is in the warehouse. Next: `coeqwal serve`", soft_wrap=True)


@app.command()
def extract(
    scenario: ScenarioArgument, zip_path: ZipOption, trend: TrendOption = None, as_json: JsonOption = False
) -> None:
    """Read the DSS files of a model run and write its CSV files and receipt."""
    Pipeline(settings(), _scenario(scenario), _say(as_json)[1]).extract(zip_path, trend)


@app.command()
def load(scenario: ScenarioArgument, as_json: JsonOption = False) -> None:
    """Load what was extracted last into staging."""
    Pipeline(settings(), _scenario(scenario), _say(as_json)[1]).load()


@app.command()
def build(scenario: ScenarioArgument, as_json: JsonOption = False) -> None:
    """Build and test the scenario's rows: `dbt build --select scenario:<id>`."""
    Pipeline(settings(), _scenario(scenario), _say(as_json)[1]).build()


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the API."""
    import uvicorn

    uvicorn.run("api.main:create_app", factory=True, host=host, port=port, log_level="info")


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
    from extract.synthetic import make_model_run

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
    from extract import demo as demonstration

    if stop:
        demonstration.stop(settings())
    else:
        console, report = _say(as_json=False)
        demonstration.run(settings(), report, console)


def main() -> None:
    """Run the command and turn an error of ours into its message and exit code."""
    try:
        app()
    except CoeqwalError as error:
        print(f"error {error.code}: {error}", file=sys.stderr)
        for note in getattr(error, "__notes__", []):
            print(f"  note: {note}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
