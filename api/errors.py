"""What goes wrong, and the one table that says with which status and words it is answered."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.database import STALE_CONNECTION
from extract.errors import DatabaseAwayError, RetryableError, UsageError

_ATTEMPTS = 3

log = logging.getLogger(__name__)


class Problem(BaseModel):
    """The body of every answer that is not a result."""

    detail: str = Field(description="What went wrong, in one sentence")
    code: str = Field(description="The same as a stable word for programs, such as unknown_scenario")
    unknown: list[str] = Field(
        default=[], description="Codes that the catalogue does not hold, or parameters that the address does not take"
    )
    error_id: str = Field(description="Id of the request, also in the header X-Request-ID and in the log")


class RequestError(Exception):
    """The request asks for something that makes no sense or does not exist; its text is meant for the client.

    Args:
        detail: what is wrong and, where it helps, what would be right.
        unknown: the codes of the request that the catalogue does not hold.
    """

    code: str | None = None
    """The answer's code, where the class alone does not say it."""

    def __init__(self, detail: str, unknown: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.unknown = list(unknown)


class BadParameterError(RequestError):
    """A query parameter, or a combination of them, has no meaning."""


class QueryError(RequestError):
    """The query has a parameter that the address does not take, or one too often."""


class UnknownCodeError(RequestError):
    """The catalogue lacks codes that the request names.

    Args:
        kind: what they would be, such as "reservoir"; the answer's code is made of it, such as unknown_reservoir.
        codes: the codes that are unknown.
    """

    def __init__(self, kind: str, codes: Sequence[str]) -> None:
        super().__init__(f"There is no {kind} {', '.join(map(repr, codes))}.", codes)
        self.code = f"unknown_{kind.replace(' ', '_')}"


class InactiveScenarioError(RequestError):
    """The registry holds the scenario, but its results are not published."""


class NoDataError(RequestError):
    """Scenario and codes are known, but no result of them is loaded."""


class RefusedRequestError(RequestError):
    """The request that was to be explained is refused itself."""


class NoFileError(RequestError):
    """There is no such file, or not for the public: the answer does not tell which."""


class LinkRefusedError(RequestError):
    """The signature of a download's address is wrong."""


class LinkExpiredError(RequestError):
    """The address of a download was right once."""


class TooManyRequestsError(RequestError):
    """The client asked more often than the limits allow.

    Args:
        seconds: when it may come back.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many requests; try again in {seconds} s.")
        self.seconds = seconds


class NoDocumentationError(RequestError):
    """The dbt documentation was not generated."""


@dataclass(frozen=True)
class Answer:
    """Status and code of an answer, and its words; without words the exception's own are safe to show."""

    status: int
    code: str
    words: str | None = None


_AWAY = Answer(503, "database_away", "The database cannot be reached at the moment; try again soon.")
_UNUSABLE = Answer(503, "database_unusable", "The database does not serve results at the moment.")

ANSWERS: dict[type[BaseException], Answer] = {
    BadParameterError: Answer(400, "bad_parameter"),
    QueryError: Answer(422, "malformed_parameter"),
    UnknownCodeError: Answer(404, "unknown_code"),
    InactiveScenarioError: Answer(404, "inactive_scenario"),
    NoDataError: Answer(404, "no_data"),
    RefusedRequestError: Answer(400, "refused_request"),
    NoFileError: Answer(404, "no_file"),
    LinkRefusedError: Answer(403, "link_refused"),
    LinkExpiredError: Answer(403, "link_expired"),
    NoDocumentationError: Answer(404, "no_documentation"),
    TooManyRequestsError: Answer(429, "too_many_requests"),
    RequestValidationError: Answer(422, "malformed_parameter"),
    # a text with a character that PostgreSQL does not store
    asyncpg.CharacterNotInRepertoireError: Answer(400, "bad_parameter", "A parameter has a character of no text."),
    asyncpg.QueryCanceledError: Answer(504, "database_timeout", "The database took too long to answer."),
    DatabaseAwayError: _AWAY,
    RetryableError: Answer(503, "archive_away", "The files cannot be reached at the moment; try again soon."),
    asyncpg.PostgresConnectionError: _AWAY,
    asyncpg.OperatorInterventionError: _AWAY,
    asyncpg.InsufficientResourcesError: _AWAY,
    asyncpg.InterfaceError: _AWAY,
    asyncpg.InternalClientError: _AWAY,
    asyncpg.InvalidCachedStatementError: _AWAY,
    asyncpg.InvalidCatalogNameError: _UNUSABLE,
    asyncpg.InvalidAuthorizationSpecificationError: _UNUSABLE,
    asyncpg.InsufficientPrivilegeError: _UNUSABLE,
    # `set role` of a role that was never created
    asyncpg.InvalidParameterValueError: _UNUSABLE,
    asyncpg.UndefinedTableError: _UNUSABLE,
    # no database URL anywhere
    UsageError: _UNUSABLE,
    Exception: Answer(500, "internal_error", "The service failed to answer; the fault is recorded."),
}
"""Exception → answer; of an exception's classes the most specific one in the table counts."""


def answer_for(error: Exception) -> Answer:
    """The answer for an exception."""
    if isinstance(error, HTTPException):
        # raised by the router: no such address, no such method
        phrase = HTTPStatus(error.status_code).phrase
        return Answer(error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.")
    return next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)


def problem_response(error: Exception, scope: Scope) -> Response:
    """The response for an exception; from status 500 on it is logged under the id of the request.

    Args:
        error: what was raised.
        scope: of the request.
    """
    answer = answer_for(error)
    error_id = scope["state"]["request_id"]
    body: dict[str, Any] = {"detail": answer.words or _words(error), "code": answer.code, "error_id": error_id}
    if isinstance(error, RequestError):
        body["code"] = error.code or answer.code
        if error.unknown:
            body["unknown"] = error.unknown
    if answer.status >= 500:
        # A database that is away needs no stack trace per request.
        trace = None if isinstance(error, DatabaseAwayError) else error
        words = "request %s failed: %s: %s"
        log.error(words, error_id, type(error).__name__, error, exc_info=trace, extra={"request_id": error_id})
    return Response(orjson.dumps(body), answer.status, _headers(error, answer), media_type="application/json")


def _words(error: Exception) -> str:
    """What is wrong, without what the client sent."""
    if isinstance(error, RequestValidationError):
        return "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors()) + "."
    return str(error)


def _headers(error: Exception, answer: Answer) -> dict[str, str]:
    if isinstance(error, HTTPException):
        allowed = (error.headers or {}).get("Allow")
        # HEAD is answered wherever GET is
        return {**(error.headers or {}), **({"Allow": allowed.replace("GET", "GET, HEAD")} if allowed else {})}
    if isinstance(error, TooManyRequestsError):
        return {"Retry-After": str(error.seconds)}
    return {"Retry-After": "5"} if answer.status == 503 else {}


async def answer_problem(request: Request, error: Exception) -> Response:
    """The handler for exceptions that FastAPI would answer itself, in another form."""
    return problem_response(error, request.scope)


class ErrorBoundary:
    """Middleware that turns every exception of a route into a `Problem`, inside CORS."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; answer for it when it fails before it answered."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        for attempt in range(_ATTEMPTS):
            try:
                await self._app(scope, receive, watched)
            except Exception as error:
                if scope["type"] != "http" or started:
                    raise
                if isinstance(error, STALE_CONNECTION) and attempt + 1 < _ATTEMPTS:
                    # Reading twice does no harm, and every route only reads.
                    await scope["app"].state.pool.expire()
                    continue
                await problem_response(error, scope)(scope, receive, send)
            return
