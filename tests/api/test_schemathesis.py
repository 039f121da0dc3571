"""Whatever is asked for, the service answers as its OpenAPI document says, and never with a fault of its own.

Requests are made by hypothesis from the document, valid and invalid ones, the same in every run. Routes are found in
the document, so that a new one is tested without a word here.
"""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, strategies
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

from extract.ports import free_port
from tests.api.conftest import running

TABLE = "/api/v1/tables/"
KNOWN = {"scenario_id": "s0001", "scenario": "s0001", "scenarios": "s0001,s0002", "reference_scenario": "s0002"}
"""Parameters that made-up values would seldom get past, and what half of the requests have instead."""
EXAMPLES, EXAMPLES_OF_A_TABLE = 8, 2
MAX_URL = 60_000
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def server_of_all_routes(stand_in_url: str) -> Iterator[str]:
    """URL of a server over the stand-in, a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "extract.cli.main", "serve", "--port", str(port)]
    environment = {**os.environ, "DATABASE_URL": stand_in_url, "COEQWAL_API_CACHE_BYTES": "0"}
    with running(command, port, env=environment, stdout=subprocess.DEVNULL) as url:
        yield url


def faults(operation: Any, mode: GenerationMode, url: str, session: requests.Session) -> str:
    """What is wrong with the answers of an operation; nothing if they are as documented."""
    few = operation.path.startswith(TABLE)

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), known=strategies.booleans())
    @hypothesis.settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=EXAMPLES_OF_A_TABLE if few else EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def check(case: schemathesis.Case, known: bool) -> None:
        for given in (case.path_parameters, case.query):
            if known and isinstance(given, dict):
                given.update({name: KNOWN[name] for name in given if name in KNOWN})
        response = case.call(base_url=url, session=session, timeout=60)
        # A longer line is refused by the server, before it is a request of the service.
        if len(response.request.url or "") < MAX_URL:
            case.validate_response(response, checks=CHECKS)

    try:
        check()
    except Unsatisfiable:
        # an operation without parameters cannot be asked wrongly
        return ""
    except (Failure, FailureGroup) as found:
        return f"{operation.label}: {found}"
    return ""


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_as_documented(schema: dict[str, Any], server_of_all_routes: str, mode: GenerationMode) -> None:
    operations = [found.ok() for found in schemathesis.openapi.from_dict(copy.deepcopy(schema)).get_all_operations()]
    assert {each.path for each in operations} == set(schema["paths"])
    with requests.Session() as session:
        found = [faults(each, mode, server_of_all_routes, session) for each in operations]
    assert not [each for each in found if each]
