"""Does every place hold what the place before it held? The checks of a loaded model run, and their results."""

from extract.verification.receipts import keep
from extract.verification.runner import Finding, questions, run
from extract.verification.subject import CannotCheckError, Subject

__all__ = ["CannotCheckError", "Finding", "Subject", "keep", "questions", "run"]
