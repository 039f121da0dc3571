"""Which data tests a build of a scenario leaves to the deploy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dbt_project.checks import is_of_code

TEST = "test.coeqwal.a_test.0"


def model(layer: str, materialized: str) -> Any:
    return SimpleNamespace(fqn=["coeqwal", layer, "a_model"], config=SimpleNamespace(materialized=materialized))


def manifest(tags: list[str], **models: Any) -> Any:
    """A manifest with a test that reads a seed and the models."""
    parents = {f"model.coeqwal.{name}": node for name, node in models.items()}
    test = SimpleNamespace(tags=tags, depends_on_nodes=["seed.coeqwal.a_seed", *parents])
    return SimpleNamespace(nodes={TEST: test, **parents})


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (True, manifest([], view=model("api", "view"))),
        (True, manifest([], view=model("api", "view"), other=model("intermediate", "view"))),
        (False, manifest(["each_build"], view=model("intermediate", "view"))),
        (False, manifest([], view=model("api", "view"), table=model("marts", "incremental"))),
        (False, manifest([], view=model("staging", "view"))),
        (False, manifest([])),
    ],
    ids=["a view", "two views", "a view with values of its own", "a table as well", "raw rows", "no model"],
)
def test_a_deploy_answers_for_views_above_staging(expected: bool, found: Any) -> None:
    assert is_of_code(found, TEST) is expected
