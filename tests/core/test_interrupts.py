"""Ctrl-C between two steps."""

from __future__ import annotations

import signal
import threading

import pytest

from segue.core.interrupts import interrupts

pytestmark = pytest.mark.usefixtures("usual_handler")


def test_ctrl_c_sets_the_event_and_a_second_one_cuts_through() -> None:
    with interrupts() as interrupted:
        assert not interrupted.is_set()
        signal.raise_signal(signal.SIGINT)
        assert interrupted.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("times", [0, 1])
def test_afterwards_ctrl_c_is_as_before(times: int) -> None:
    with pytest.raises(RuntimeError), interrupts():
        for _ in range(times):
            signal.raise_signal(signal.SIGINT)
        raise RuntimeError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_within_another() -> None:
    with interrupts() as outer:
        with interrupts() as inner:
            signal.raise_signal(signal.SIGINT)
        assert inner.is_set() and not outer.is_set()
        signal.raise_signal(signal.SIGINT)
        assert outer.is_set()


def test_a_thread_cannot_be_interrupted_and_may_still_ask() -> None:
    seen: list[bool] = []

    def work() -> None:
        with interrupts() as interrupted:
            seen.append(interrupted.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
