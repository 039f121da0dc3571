"""What an audit finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        what: what is wrong.
        where: the table, file or scenario.
        remedy: what to do about it.
        is_blocking: numbers may be wrong or cannot be traced; otherwise something to look at.
    """

    what: str
    where: str
    remedy: str
    is_blocking: bool = True


@dataclass
class Section:
    """One part of an audit.

    Attributes:
        looked_at: how many things were compared.
        not_checked: why it could not be looked at, if so; that is not a pass.
        details: figures for the reader, name and value.
    """

    title: str
    looked_at: int = 0
    findings: list[Finding] = field(default_factory=list)
    not_checked: str | None = None
    details: list[tuple[str, str]] = field(default_factory=list)

    @property
    def status(self) -> Literal["ok", "findings", "not_checked"]:
        """The part in a word; one that looked at nothing was not checked."""
        if self.findings:
            return "findings"
        return "not_checked" if self.not_checked or not self.looked_at else "ok"

    def add(self, what: str, where: str, remedy: str, *, is_blocking: bool = True) -> None:
        """Note a finding."""
        self.findings.append(Finding(what, where, remedy, is_blocking))

    def as_json(self) -> dict[str, Any]:
        """All of it for programs."""
        return {
            "title": self.title,
            "status": self.status,
            "looked_at": self.looked_at,
            "not_checked": self.not_checked,
            "findings": [finding.__dict__ for finding in self.findings],
            "details": [list(detail) for detail in self.details],
        }
