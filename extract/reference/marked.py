"""Pages that people write and of which one part, between two markers, is written by a command."""

from __future__ import annotations

from extract.errors import UsageError


def begin(name: str) -> str:
    """The marker before the written part."""
    return f"<!-- {name}: written by `coeqwal reference pages`, do not edit -->"


def end(name: str) -> str:
    """The marker behind it."""
    return f"<!-- end of {name} -->"


def with_part(page: str, name: str, text: str) -> str:
    """The page with another written part.

    Args:
        page: the page as it is.
        name: name of the part, which its markers carry.
        text: what shall stand between them.

    Raises:
        UsageError: the page lacks the markers.
    """
    before, found_begin, rest = page.partition(begin(name))
    _, found_end, after = rest.partition(end(name))
    if not found_begin or not found_end:
        raise UsageError(
            f"the page lacks the markers of its part '{name}'",
            f"put `{begin(name)}` and `{end(name)}` where it belongs",
        )
    return f"{before}{found_begin}\n\n{text}\n\n{found_end}{after}"
