"""Deploy: the dbt project's seeds, views and tables in a database, tested; not again where nothing has changed."""

from __future__ import annotations

from pathlib import Path

from extract.warehouse.dbt import Tell, dbt, project_fingerprint, untold
from extract.warehouse.load import connection

UNCHANGED = "the database has this project already, tested"

IS_CURRENT = """
with latest as (
    select code_version, deployed_at from ops.deployment order by deployment_id desc limit 1
),

-- a model that has been built for one scenario has to be built for each
missing as (
    select from staging.scenario_version as data
    cross join (
        select distinct model from ops.scenario_build where scenario_id <> '*' union select 'none yet'
    ) as model
    left join ops.scenario_build as build
        on
            build.model = model.model
            and build.scenario_id = data.scenario_id
            and build.data_version = data.version
    where build.model is null and (model.model <> 'none yet' or not exists (
        select from ops.scenario_build as any_model where any_model.scenario_id = data.scenario_id
    ))
)

select
    exists (select from latest where code_version = %(code)s)
    and not exists (select from missing)
    -- plain dbt, or another checkout, has built something else since, or somebody has dropped a relation
    and not exists (
        select from ops.scenario_build as build, latest
        where build.built_at > latest.deployed_at and build.code_version <> %(code)s
    )
    and not exists (
        select from ops.scenario_build as build
        where build.code_version = %(code)s and not exists (select from pg_class where relname = build.model)
    )
"""


def is_deployed(url: str) -> bool:
    """Whether dbt has built the end of its lineage, the views of schema `api`."""
    with connection(url) as link:
        return link.execute("select 1 from pg_views where schemaname = 'api' limit 1").fetchone() is not None


def is_current(url: str) -> bool:
    """Whether the last green deploy was of the project as it is now, and every loaded scenario is built by it."""
    with connection(url) as link:
        row = link.execute(IS_CURRENT, {"code": project_fingerprint()}).fetchone()
    return bool(row and row[0])


def deploy(url: str, target: Path, tell: Tell = untold) -> str:
    """Build and test all that has changed since the last deploy.

    Unit tests are left to the project's own tests, since no database changes what they say.

    Args:
        url: a database that `load.prepare` has prepared.
        target: folder of dbt's artefacts.
        tell: told after each seed, model and test how many there are.

    Returns:
        What was done, in a few words.

    Raises:
        CheckFailedError, RetryableError: as `dbt`; the next deploy then tries again.
    """
    if is_current(url):
        return UNCHANGED
    code = project_fingerprint()
    done = dbt(["build", "--exclude-resource-type", "unit_test"], url, target, tell)
    with connection(url) as link:
        link.execute("insert into ops.deployment (code_version) values (%s)", [code])
    return done
