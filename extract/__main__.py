"""The command `coeqwal`, also `python -m extract`: says which extra is missing where one is."""

from __future__ import annotations

import importlib.util
import sys

from extract.errors import told
from extract.extras import named


def main() -> None:
    """Run the command; without the packages that it needs, say so and end with the exit code of wrong usage."""
    with told(), named():
        if sys.argv[1:2] == ["serve"] and importlib.util.find_spec("typer") is None:
            # the extra of the API brings no command line, and needs none
            from api.server import main as serve

            serve(sys.argv[2:])
        else:
            from extract.cli.main import main as command

            command()


if __name__ == "__main__":
    main()
