"""Who is recorded as the one who did something."""

from __future__ import annotations

import getpass


def operator() -> str:
    """Who runs this, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without user names
        return "unknown"
