"""``python -m traider``: the ``traider`` command, where its script is not on the path."""

import sys

from traider.cli.main import entry

if __name__ == "__main__":
    sys.exit(entry())
