"""A child process that does what its one argument says."""

import os
import signal
import sys
import threading
import time

from traider.runtime.supervision.notices import Notices


def main(what: str) -> int:
    notices, ended = Notices.of_environment(), threading.Event()
    notices.watch_supervisor(ended.set)
    if what == "never-ready":
        time.sleep(60.0)
    if what == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if what == "cannot-listen":
        notices.bad("api.port: another process listens; end it")
        notices.bad("api.port: another process listens; end it")
        ended.wait()
        return 0
    if what == "tells-keys":
        keys = sorted(name for name in os.environ if "COINBASE_KEY" in name)
        notices.told(f"keys: {keys}")
    notices.bad("warming up")
    notices.ready()
    if what == "fails":
        return 3
    if what == "done":
        return 0
    if what == "freezes":
        os.kill(os.getpid(), signal.SIGSTOP)
    print("running", os.getpid(), flush=True)  # noqa: T201 - the test reads it
    while not ended.wait(0.02):
        notices.beat()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
