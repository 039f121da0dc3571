"""The page for people who would rather look than read; it asks only the API, from the browser."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

_FOLDER = Path(__file__).parents[1] / "explore"
# Nothing from elsewhere, nothing inline, no markup from text, no frame.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)

router = APIRouter()


@router.get("/explore", include_in_schema=False)
async def page() -> FileResponse:
    """The page; its files are under `/explore/static`."""
    headers = {
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(_FOLDER / "index.html", headers=headers, media_type="text/html")


router.mount("/explore/static", StaticFiles(directory=_FOLDER), name="explore")
