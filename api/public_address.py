"""Where the service is for its clients; what a client claims in the Host header is only taken where it is known."""

from __future__ import annotations

import logging
import re

from starlette.requests import Request

from api.settings import ApiSettings

_HOST = re.compile(r"(?P<name>[a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")

log = logging.getLogger(__name__)


def public_address(request: Request) -> str:
    """The beginning of this service's addresses, with a slash at the end.

    It is `COEQWAL_API_PUBLIC_URL`; without that, the host of the request where `COEQWAL_API_ALLOWED_HOSTS` names it;
    else a path without scheme and host, which leads back to wherever the client found the service.
    """
    settings: ApiSettings = request.app.state.settings
    if settings.public_url is not None:
        return f"{str(settings.public_url).rstrip('/')}/"
    path = f"{request.scope.get('root_path', '').rstrip('/')}/"
    host = request.headers.get("host", "").lower()
    parts = _HOST.fullmatch(host)
    if parts and {host, parts["name"]} & {each.lower() for each in settings.allowed_hosts}:
        return f"{request.url.scheme}://{host}{path}"
    log.warning("an address was given without a host: set COEQWAL_API_PUBLIC_URL or COEQWAL_API_ALLOWED_HOSTS")
    return path
