"""The only module that touches dbt-core's internals. What it changes at run time:

* `MethodName` and `MethodManager.SELECTOR_METHODS` learn the method `scenario`;
* `NodeSelector.get_selected` asks `choose` instead of selecting nodes only;
* `GraphRunnableTask._runtime_initialize`: `dbt retry` replays node ids, so the row scopes are selected again before;
* `BaseResolver.resolve_limit`: `--empty` creates relations and runs no query here, so views keep their full SQL;
* `PostgresConnectionManager.open` sets what each session means by times and texts, and `exception_handler` adds
  PostgreSQL's code to an error that may be gone later, from which `coeqwal` makes its exit status.

`self_check` refuses to go on when one of these is not as expected: a wrong selection would rebuild wrong rows.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from dbt.adapters.factory import get_adapter_by_type
from dbt.adapters.postgres.connections import PostgresConnectionManager
from dbt.context.providers import BaseResolver
from dbt.flags import get_flags
from dbt.graph.selector import NodeSelector
from dbt.graph.selector_methods import MethodManager, MethodName, SelectorMethod
from dbt.graph.selector_spec import SelectionCriteria
from dbt.plugins.manager import dbtPlugin as Plugin
from dbt.task.runnable import GraphRunnableTask
from dbt.version import __version__ as dbt_version
from dbt_common.exceptions import DbtRuntimeError as DbtError
from dbt_common.invocation import get_invocation_id as invocation_id

from extract.database import SESSION, retryable, session_sql

__all__ = [
    "DbtError",
    "Plugin",
    "ScenarioSelectionError",
    "SeedFilesError",
    "flag",
    "install",
    "invocation_id",
    "md5",
    "query",
]

CHECK_CLIENT = {"client_connection_check_interval": "5s"}
"""A statement of a dbt that was killed does not go on for long."""

SUPPORTED = "1.11."
METHOD = "scenario"

Choose = Callable[[Any, frozenset[str], Callable[[frozenset[str]], set[str]]], set[str]]


class ScenarioSelectionError(DbtError):  # type: ignore[misc]
    """A selection that cannot be carried out; dbt prints it and exits with status 2."""

    @property
    def type(self) -> str:
        """The headline of dbt's error message."""
        return "Scenario Selection"


class SeedFilesError(DbtError):  # type: ignore[misc]
    """Seed files that break a rule; dbt prints where, and exits with status 2."""

    @property
    def type(self) -> str:
        """The headline of dbt's error message."""
        return "Seed Files"


def flag(name: str) -> Any:
    """A flag of the running command; None if the command does not have it."""
    return getattr(get_flags(), name, None)


def md5(text: str) -> str:
    """Hex digest, as PostgreSQL's md5()."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def query(manifest: Any, sql: str) -> list[tuple[Any, ...]]:
    """Rows of one statement on a connection of its own.

    Raises:
        DbtError: the database cannot be reached or refuses the statement.
    """
    adapter = get_adapter_by_type(manifest.metadata.adapter_type)
    with adapter.connection_named("scenario_registry"):
        _, table = adapter.execute(sql, fetch=True, auto_begin=False)
        return [tuple(row) for row in table.rows]


def self_check() -> None:
    """Compare dbt's internals with what `install` relies on.

    Raises:
        RuntimeError: they moved; names what is different.
    """
    checks = {
        f"dbt-core {dbt_version} is not {SUPPORTED}x": dbt_version.startswith(SUPPORTED),
        "NodeSelector.get_selected(self, spec, warn_on_no_nodes)": _has_parameters(
            NodeSelector, "get_selected", ["self", "spec", "warn_on_no_nodes"]
        ),
        "SelectorMethod.search(self, included_nodes, selector)": _has_parameters(
            SelectorMethod, "search", ["self", "included_nodes", "selector"]
        ),
        "MethodManager.SELECTOR_METHODS": isinstance(getattr(MethodManager, "SELECTOR_METHODS", None), dict),
        "MethodName._value2member_map_": "fqn" in getattr(MethodName, "_value2member_map_", {}),
        "SelectionCriteria.method and value": {"method", "value"}
        <= set(getattr(SelectionCriteria, "__dataclass_fields__", {})),
        "GraphRunnableTask._runtime_initialize(self)": _has_parameters(
            GraphRunnableTask, "_runtime_initialize", ["self"]
        ),
        "PostgresConnectionManager.open(connection)": _has_parameters(
            PostgresConnectionManager, "open", ["connection"]
        ),
        "PostgresConnectionManager.exception_handler(self, sql)": _has_parameters(
            PostgresConnectionManager, "exception_handler", ["self", "sql"]
        ),
        "BaseResolver.resolve_limit": isinstance(getattr(BaseResolver, "resolve_limit", None), property),
    }
    moved = [name for name, holds in checks.items() if not holds]
    if moved:
        raise RuntimeError(
            f"the `scenario:` selector does not support this dbt-core ({dbt_version}); not as expected: "
            f"{'; '.join(moved)}. Install dbt-core>=1.11,<1.12 or adapt dbt_project/dbt_internals.py"
        )


def _has_parameters(owner: type, method: str, expected: list[str]) -> bool:
    function = getattr(owner, method, None)
    return function is not None and list(inspect.signature(function).parameters) == expected


def install(choose: Choose, is_grained: Callable[[Any, str], bool]) -> None:
    """Teach dbt the method, once per process.

    Args:
        choose: (manifest, patterns, evaluate) -> ids of the selected nodes; sets the row scopes.
        is_grained: (manifest, node id) -> whether `scenario:` means this node.

    Raises:
        RuntimeError: this dbt-core is not supported.
    """
    if METHOD in MethodName._value2member_map_:
        return
    self_check()
    active: set[str] = set()  # the patterns that match while a selection is evaluated

    class ScenarioMethod(SelectorMethod):  # type: ignore[misc]
        def search(self, included_nodes: set[str], selector: str) -> Iterator[str]:
            if str(selector) in active:
                yield from (uid for uid in included_nodes if is_grained(self.manifest, uid))

    _add_method(ScenarioMethod)
    plain_get_selected = NodeSelector.get_selected
    plain_initialize = GraphRunnableTask._runtime_initialize

    @functools.wraps(plain_get_selected)
    def get_selected(self: Any, spec: Any, warn_on_no_nodes: bool = True) -> set[str]:
        patterns = frozenset(_patterns(spec))

        def evaluate(now: frozenset[str]) -> set[str]:
            active.clear()
            active.update(now)
            selected: set[str] = plain_get_selected(self, spec, warn_on_no_nodes and now == patterns)
            return selected

        return choose(self.manifest, patterns, evaluate)

    @functools.wraps(plain_initialize)
    def initialize(self: Any) -> None:
        if type(self).__name__ == "TaskWrapper":  # dbt retry
            replay = self.get_graph_queue

            def get_graph_queue() -> Any:
                self.get_node_selector().get_graph_queue(self.get_selection_spec())
                return replay()

            self.get_graph_queue = get_graph_queue
        plain_initialize(self)

    NodeSelector.get_selected = get_selected
    GraphRunnableTask._runtime_initialize = initialize
    BaseResolver.resolve_limit = property(lambda self: None)
    _watch_connections()


def _watch_connections() -> None:
    plain_open, plain_handler = PostgresConnectionManager.open.__func__, PostgresConnectionManager.exception_handler

    @functools.wraps(plain_open)
    def opened(cls: type, connection: Any) -> Any:
        is_new = connection.state != "open"
        connection = plain_open(cls, connection)
        if is_new:
            connection.handle.set_client_encoding("UTF8")
            with connection.handle.cursor() as cursor:
                cursor.execute(session_sql({**SESSION, **CHECK_CLIENT}))
            connection.handle.commit()
        return connection

    @functools.wraps(plain_handler)
    @contextmanager
    def handler(self: Any, sql: str) -> Iterator[None]:
        try:
            with plain_handler(self, sql):
                yield
        except DbtError as error:
            cause = error.__cause__
            if isinstance(cause, psycopg2.Error) and (note := _if_retryable(cause)):
                raise type(error)(f"{error.msg}\n{note}") from cause
            raise

    PostgresConnectionManager.open = classmethod(opened)
    PostgresConnectionManager.exception_handler = handler


def _if_retryable(error: Any) -> str | None:
    """Code and reason of an error that may be gone later; one without a code does not come from a living server."""
    code = error.pgcode or "08006"
    reason = retryable(code, error.diag.schema_name if error.pgcode else None, str(error))
    return f"(SQLSTATE {code}, {reason})" if reason else None


def _add_method(method_class: type) -> None:
    member = str.__new__(MethodName, METHOD)
    member._name_, member._value_ = METHOD.title(), METHOD
    MethodName._value2member_map_[METHOD] = member
    MethodName._member_map_[member._name_] = member
    MethodName._member_names_.append(member._name_)
    MethodManager.SELECTOR_METHODS[member] = method_class


def _patterns(spec: Any) -> Iterator[str]:
    if isinstance(spec, SelectionCriteria):
        if spec.method == METHOD:
            yield str(spec.value)
    else:
        for component in spec.components:
            yield from _patterns(component)
