import os
import signal
import threading

import pytest

from traider.cli.interrupt import stop_on_interrupt


def test_the_first_interrupt_asks_and_the_second_ends(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with stop_on_interrupt() as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert capfd.readouterr().err == (
        "\nstopping, what is done is kept; Ctrl-C again ends at once\n"
    )


def test_quiet_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with stop_on_interrupt(quiet=True) as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
    assert capfd.readouterr().err == ""


def test_the_handler_before_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_nothing_is_asked() -> None:
    asked: list[bool] = []

    def work() -> None:
        with stop_on_interrupt() as stop:
            asked.append(stop())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert asked == [False]
