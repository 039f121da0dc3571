"""The audit of the warehouse: what should agree between archive, database and project, compared in both directions."""

from extract.audit.findings import Finding, Section
from extract.audit.run import audit

__all__ = ["Finding", "Section", "audit"]
