"""The fixture project of the scenario tests, deployed with three scenarios."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.plugin.scenario_dbt import ScenarioProject


def _recreate(server_url: str, url: str, template: str) -> None:
    name, template_name = (text.rpartition("/")[2] for text in (url, template))
    with psycopg.connect(server_url, autocommit=True) as link:
        link.execute(f'drop database if exists "{name}" with (force)')
        link.execute(f'create database "{name}" template "{template_name}"')


@pytest.fixture(scope="session")
def deployed_project(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[..., str], prepared_template: str, server_url: str
) -> tuple[ScenarioProject, str]:
    """The project, and a template of its database."""
    made = ScenarioProject(tmp_path_factory.mktemp("scenario"), new_database(prepared_template))
    made.deploy()
    return made, new_database(made.url)


@pytest.fixture
def project(deployed_project: tuple[ScenarioProject, str], server_url: str) -> ScenarioProject:
    """Files and database as after the first deploy. Folder and URL stay the same, so dbt's cached parse is good."""
    made, template = deployed_project
    made.restore_files()
    _recreate(server_url, made.url, template)
    return made


@pytest.fixture
def new_project(project: ScenarioProject, server_url: str, prepared_template: str) -> ScenarioProject:
    """The same, with a database that has the loader's tables and three loaded scenarios, but was never deployed."""
    _recreate(server_url, project.url, prepared_template)
    project.prepare()
    return project
