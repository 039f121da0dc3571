"""Python that moves bytes: archive in, DSS read, CSV out, bulk load, verification, and the `coeqwal` command.

What a number means is decided in `dbt_project/`. The rooms, from what a person types down to what everything stands on:
`cli`, `demo`, `audit`, `pipeline`, `verification`, `releases`, `tiers`, `reference`, `warehouse`, `convert`, `intake`,
`archive`, `storage`, `dss`, `records`. A room imports from those below it only; `make lint` holds that.
"""

__version__ = "0.1.0"
