"""Routes of the files to download: the model run of a scenario, its output and its input."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from api.database import Row
from api.downloads import Downloads as Signer
from api.errors import BadParameterError, NoFileError, Problem
from api.models.files import DownloadLink, Downloads
from api.paging import LISTED, List
from api.parameters import SCENARIO_ID, Db, published_loads
from api.public_address import public_address
from api.query import StrictRoute
from api.routes.system import SERVER_ERRORS

KINDS = {"zip": "zip", "output": "output_csv", "sv": "sv_csv"}
MEDIA_TYPES = {"zip": "application/zip", "output_csv": "text/csv", "sv_csv": "text/csv"}
PLAIN_PATHS = ("/scenario", "/download", "/api/files/")
"""Where browsers of every origin may ask."""

NOT_STORED = {"Cache-Control": "no-store"}
REFUSALS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}}

router = APIRouter(tags=["files"], responses=SERVER_ERRORS, route_class=StrictRoute)


async def get_signer(request: Request) -> Signer:
    """The signer of this application."""
    signer: Signer = request.app.state.downloads
    return signer


async def asked_file(
    db: Db,
    scenario: Annotated[str, Query(max_length=32, description="Scenario id", examples=["s0020"])],
    kind: Annotated[
        str,
        Query(alias="type", max_length=32, description="zip: the model run; output, sv: its output, its input as CSV"),
    ],
) -> Row:
    """The file that the parameters name.

    Raises:
        BadParameterError: a parameter has no meaning.
        UnknownCodeError: the registry lacks the scenario.
        InactiveScenarioError: the scenario is not published.
        NoFileError: the scenario has no such file, or not for the public.
    """
    scenario_id, file_kind = scenario.lower(), KINDS.get(kind.lower())
    if not re.fullmatch(SCENARIO_ID, scenario_id):
        raise BadParameterError("'scenario' is the letter s and four digits, as in s0020.")
    if file_kind is None:
        raise BadParameterError(f"'type' is one of {', '.join(KINDS)}.")
    await published_loads(db, [scenario_id])
    rows = await db.fetch("scenario_file", scenario_id, file_kind)
    if not rows:
        raise NoFileError("There is no such file to download.")
    return rows[0]


SignedBy = Annotated[Signer, Depends(get_signer)]
AskedFile = Annotated[Row, Depends(asked_file)]


@router.get("/scenario", summary="Files", responses=LISTED)
@router.get("/api/scenario", summary="Files, below /api", operation_id="list_files_below_api", responses=LISTED)
async def list_files(db: Db, listing: List) -> Downloads:
    """The files of active scenarios that are public, with their sizes and hashes."""
    scenarios: dict[str, dict[str, Any]] = {}
    for row in await db.fetch("scenario_files"):
        entry = scenarios.setdefault(
            row["scenario_id"], {"scenario_id": row["scenario_id"], "load_id": row["load_id"], "files": {}}
        )
        entry["files"][row["file_kind"]] = {
            "key": row["archive_key"],
            "filename": row["file_name"],
            "size": row["size_bytes"],
            "sha256": row["sha256"],
            "modified": row["modified_at"],
        }
    listing.whole(len(scenarios))
    return Downloads.model_validate({"scenarios": list(scenarios.values())})


@router.get(
    "/download",
    summary="Download a file",
    status_code=302,
    response_class=RedirectResponse,
    responses={302: {"description": "To an address that works for a while"}, **REFUSALS},
)
async def download(request: Request, signer: SignedBy, file: AskedFile) -> RedirectResponse:
    """Send the browser to the file, which it saves under its name."""
    link = await signer.link(file, public_address(request))
    return RedirectResponse(link.url, 302, NOT_STORED)


@router.get("/api/download", summary="Address of a file", responses=REFUSALS)
async def download_link(request: Request, response: Response, signer: SignedBy, file: AskedFile) -> DownloadLink:
    """An address from which the file can be fetched for a while."""
    link = await signer.link(file, public_address(request))
    response.headers.update(NOT_STORED)
    return DownloadLink(
        download_url=link.url,
        expires_at=link.expires_at,
        filename=file["file_name"],
        size=file["size_bytes"],
        sha256=file["sha256"],
    )


@router.get("/api/files/{scenario_id}/{file_kind}", include_in_schema=False)
async def signed_file(
    db: Db,
    signer: SignedBy,
    scenario_id: str,
    file_kind: str,
    expires: Annotated[int, Query(ge=0, le=2**40)],
    signature: Annotated[str, Query(pattern="^[0-9a-f]{64}$")],
) -> FileResponse:
    """A file of an archive in a folder, for whoever has an address that this service signed; in parts, too."""
    known = re.fullmatch(SCENARIO_ID, scenario_id) and file_kind in MEDIA_TYPES
    rows = await db.fetch("scenario_file", scenario_id, file_kind) if known else []
    if not rows:
        raise NoFileError("There is no such file to download.")
    path = await signer.open(rows[0], expires, signature)
    headers = {"ETag": f'"{rows[0]["sha256"]}"', **NOT_STORED}
    return FileResponse(path, 200, headers, MEDIA_TYPES[file_kind], filename=rows[0]["file_name"])


@router.options("/scenario", include_in_schema=False)
@router.options("/download", include_in_schema=False)
async def options() -> Response:
    """What a client gets that asks without being a browser; browsers are answered before this."""
    return Response(headers={"Allow": "GET, HEAD, OPTIONS"})
