"""The query of a request, checked by name before its values are: no parameter is passed over in silence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Coroutine
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from api.errors import QueryError

_SHOWN_LENGTH = 64


class CommaSeparated:
    """Marks a parameter that takes a list: `a,b` or the parameter once for each value."""


COMMA_SEPARATED = CommaSeparated()


class QueryParameters:
    """The query parameters of a route.

    Args:
        dependant: the route's endpoint with all that it depends on.
    """

    def __init__(self, dependant: Dependant) -> None:
        elsewhere = (params.Path, params.Header, params.Cookie)
        fields = [each for each in get_flat_params(dependant) if not isinstance(each.field_info, elsewhere)]
        self._names = sorted({each.alias for each in fields})
        self._lists = {
            each.alias for each in fields if any(isinstance(mark, CommaSeparated) for mark in each.field_info.metadata)
        }
        self._repeatable = {each.alias for each in fields if _is_list(each.field_info.annotation)}

    def checked(self, request: Request) -> Request:
        """The request with each parameter once: repeated ones that take a list are joined by commas.

        Raises:
            QueryError: the route has no such parameter, or one that takes a single value is given several times.
        """
        given: dict[str, list[str]] = defaultdict(list)
        for name, value in request.query_params.multi_items():
            given[name].append(value)
        if unknown := [name for name in given if name not in self._names]:
            raise QueryError(" ".join(map(self._unknown, unknown)), unknown)
        repeated = [name for name, values in given.items() if len(values) > 1 and name not in self._repeatable]
        if single := [name for name in repeated if name not in self._lists]:
            raise QueryError(f"Give {', '.join(map(repr, single))} once: it takes a single value.")
        if not repeated:
            return request
        for name in repeated:
            given[name] = [",".join(given[name])]
        return Request({**request.scope, "query_string": urlencode(given, doseq=True).encode()}, request.receive)

    def _unknown(self, name: str) -> str:
        """What is wrong with the name of a parameter, and which one is meant."""
        nearest = get_close_matches(name.lower(), self._names, n=1)
        if nearest:
            rest = f"did you mean '{nearest[0]}'?"
        elif self._names:
            rest = f"this address takes {', '.join(self._names)}."
        else:
            rest = "this address takes none."
        return f"There is no parameter '{name[:_SHOWN_LENGTH]}'; {rest}"


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is list


class StrictRoute(APIRoute):
    """A route that refuses parameters it does not have, where FastAPI would ignore them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the check of the query."""
        handle = super().get_route_handler()
        if "GET" not in (self.methods or ()):
            # whoever asks what is allowed may name any parameters
            return handle
        parameters = QueryParameters(self.dependant)

        async def checked(request: Request) -> Response:
            return await handle(parameters.checked(request))

        return checked
