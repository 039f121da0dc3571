"""`coeqwal db`: the embedded database, and the preparation of any database."""

from __future__ import annotations

import typer

from extract.database import DatabaseUrl
from extract.errors import CheckFailedError, UsageError
from extract.reference import geometry, seed_rules
from extract.settings import Settings, settings
from extract.warehouse import dbt, deployment, load, reader
from extract.warehouse.embedded import EmbeddedServer

app = typer.Typer(help="The database: the embedded server, and its preparation.", no_args_is_help=True)


def _not_replaced(config: Settings) -> None:
    if config.database_url:
        raise UsageError(
            "DATABASE_URL is set: that server is used and not ours to start or stop",
            "unset DATABASE_URL to use the embedded server",
        )


def _place(url: str) -> str:
    return DatabaseUrl.parse(url).place


@app.command()
def start() -> None:
    """Start the embedded server (and create it, the first time)."""
    config = settings()
    _not_replaced(config)
    url = EmbeddedServer.of(config).start()
    dbt.write_profile(config.data_dir / "dbt" / "profile" / "profiles.yml", url)
    print(f"running: {_place(url)}\nits URL, with the password, is in {config.url_file}")
    print(dbt.write_project_profile(config, url))


@app.command()
def stop() -> None:
    """Stop the embedded server; its data stay."""
    config = settings()
    _not_replaced(config)
    print("stopped" if EmbeddedServer.of(config).stop() else "was not running")


@app.command()
def status() -> None:
    """Say whether the database answers, and what is loaded in it."""
    config = settings()
    url = config.resolved_database_url()
    with load.connection(url) as link:
        version = link.execute("select split_part(version(), ' ', 2)").fetchone()
        prepared = link.execute("select to_regclass('staging.scenario_load') is not null").fetchone()
        rows = (
            link.execute("select scenario_id, receipt_id from staging.scenario_load order by 1").fetchall()
            if prepared and prepared[0]
            else None
        )
    print(f"running: {_place(url)}\nPostgreSQL {version[0] if version else ''}")
    if rows is None:
        raise CheckFailedError("the database is not prepared", "run `coeqwal db init`")
    print(f"{len(rows)} scenarios loaded" + "".join(f"\n  {scenario}  {receipt}" for scenario, receipt in rows))


@app.command()
def init() -> None:
    """Prepare a database: landing tables, reading role, and the dbt project's seeds, views and tables."""
    config = settings()
    url = config.resolved_database_url()
    seed_rules.refuse_bad_seeds()
    load.prepare(url)
    print(reader.ensure(config))
    geometry.load_polygons(url)
    print(deployment.deploy(url, config.data_dir / "dbt" / "deploy"))
