"""How many there are of a list, and where it goes on: in headers, so that lists keep their shapes."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

TOTAL_HEADER = {
    "X-Total-Count": {"description": "All that match, on this page or not (count)", "schema": {"type": "integer"}}
}
NEXT_HEADER = {
    "Link": {
        "description": 'Address of the next page, relative to this one, with rel="next"; absent on the last page',
        "schema": {"type": "string"},
    }
}
LISTED: dict[int | str, dict[str, Any]] = {200: {"headers": TOTAL_HEADER}}
"""The answer of a route that gives a whole list."""

PAGED: dict[int | str, dict[str, Any]] = {200: {"headers": {**TOTAL_HEADER, **NEXT_HEADER}}}
"""The answer of a route that gives a list by pages."""


class Listing:
    """The headers of an answer that is a list.

    Args:
        request: what was asked for.
        response: what carries the headers.
    """

    def __init__(self, request: Request, response: Response) -> None:
        self._request = request
        self.headers = response.headers

    def whole(self, total: int) -> None:
        """Say how many there are; the answer holds them all."""
        self.headers["X-Total-Count"] = str(total)

    def page(self, total: int, limit: int, offset: int) -> str | None:
        """Say how many there are, and where the next page is.

        Args:
            total: all that match.
            limit: how many this page holds at most.
            offset: how many came before it.

        Returns:
            Path and query of the next page; none if this is the last one.
        """
        self.whole(total)
        if offset + limit >= total:
            return None
        rest = [(name, value) for name, value in self._request.query_params.multi_items() if name not in _PLACE]
        query = urlencode([*rest, ("limit", limit), ("offset", offset + limit)])
        address = f"{self._request.url.path}?{query}"
        self.headers["Link"] = f'<{address}>; rel="next"'
        return address


_PLACE = ("limit", "offset")


async def get_listing(request: Request, response: Response) -> Listing:
    """The headers of this answer."""
    return Listing(request, response)


List = Annotated[Listing, Depends(get_listing)]
