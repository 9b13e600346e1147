"""Ctrl-C between two steps of work, never within one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Note Ctrl-C instead of raising it, so that work stops between two steps and not within one.

    Yields:
        An event that the first Ctrl-C sets; a second one raises KeyboardInterrupt as usual. Outside of the main thread,
        where Python delivers no signals, an event that nothing sets.

    >>> with interrupts() as interrupted:
    ...     interrupted.is_set()
    False
    """
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return
    before = signal.getsignal(signal.SIGINT)

    def note(*_: Any) -> None:
        event.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)
