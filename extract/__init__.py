"""Thin Python that moves bytes: archive in, DSS read, CSV out, bulk load, and the `coeqwal` command.

No statistic is computed here; what a number means is decided in `dbt_project/`.
"""

__version__ = "0.1.0"
