"""The process beside the server: ``python -m traider.api.making.child DESCRIPTOR IDLE_SECONDS``."""

import sys
from multiprocessing.connection import Connection

from traider.api.making.beside import work

if __name__ == "__main__":
    work(Connection(int(sys.argv[1])), float(sys.argv[2]))
