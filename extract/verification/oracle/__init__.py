"""Every statistic of a model run a second time, with numpy, from the public CSV files.

Nothing is shared with the models but the seeds. `compare` holds the tables against it.
"""

from extract.verification.oracle.comparison import Difference, TableComparison, compare, differences, distance, worst
from extract.verification.oracle.facts import DELIVERED, FACTS
from extract.verification.oracle.run import Run, Series, read_files, read_public

__all__ = [
    "DELIVERED", "FACTS", "Difference", "Run", "Series", "TableComparison", "compare", "differences", "distance",
    "read_files", "read_public", "worst",
]  # fmt: skip
