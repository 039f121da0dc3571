"""The archive: what came, what was made of it, and how it was before.

`objects/` holds every content once, under its sha256, for good. `snapshots/` says which contents stood under which
paths of a scenario, and since when. `scenario/<id>/` shows the newest snapshot under the names that readers know.
"""

from extract.archive.history import Given, History, Manifest
from extract.archive.keys import Archive

__all__ = ["Archive", "Given", "History", "Manifest"]
