"""The command `coeqwal`, also `python -m extract`: says which extra is missing where one is."""

from __future__ import annotations

import sys

from extract.errors import MissingExtraError
from extract.extras import named


def main() -> None:
    """Run the command; without the packages that it needs, say so and end with the exit code of wrong usage."""
    try:
        with named():
            from extract.cli.main import main as command

            command()
    except MissingExtraError as error:
        print(f"error {error.code}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
