"""The page for people who would rather look than read; it asks only the API, from the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

_FOLDER = Path(__file__).parents[1] / "explore"
_HEADERS = {
    # Nothing from elsewhere, nothing inline, no markup made from text, no frame.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    # The files belong together: a browser asks each time whether they are the newest.
    "Cache-Control": "no-cache",
    "Referrer-Policy": "same-origin",
}

router = APIRouter()


class _Files(StaticFiles):
    """The files of the page."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(_HEADERS)
        return response


@router.get("/explore", include_in_schema=False)
async def page() -> FileResponse:
    """The page; its files are under `/explore/static`."""
    return FileResponse(_FOLDER / "index.html", headers=_HEADERS, media_type="text/html")


router.mount("/explore/static", _Files(directory=_FOLDER), name="explore")
