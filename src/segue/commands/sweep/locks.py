"""Who works on what: locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locks:
    """Locks by number, each a byte of one file, between the processes that see it, on one machine or several.

    A process that holds a lock is given it again; two threads of one process are not kept apart. Closing the locks
    gives all of them back. On a network file system they need its locks to be on, as they are by default.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Locks(Path(folder) / "locks") as locks:
    ...     locks.take(3)
    True
    """

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)

    def __enter__(self) -> Locks:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.file)

    def take(self, number: int) -> bool:
        """Whether the lock of this number was to be had; then this process holds it."""
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True

    def give(self, number: int) -> None:
        """Give a lock back."""
        fcntl.lockf(self.file, fcntl.LOCK_UN, 1, number)

    @contextmanager
    def holding(self, number: int) -> Iterator[None]:
        """The lock of this number, waited for, while the block runs."""
        fcntl.lockf(self.file, fcntl.LOCK_EX, 1, number)
        try:
            yield
        finally:
            self.give(number)
