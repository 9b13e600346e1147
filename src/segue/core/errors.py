"""What is wrong with a request, in one line: got X; expected Y; try Z."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from os import PathLike


class InputError(ValueError):
    """A request that cannot be carried out as it stands.

    The message is one line, `got X; expected Y; try Z`, fit to be shown to a person as it is. A parameter stands in
    backticks by the name that Python has for it: `` `hold_out` ``, `` `fps=25` ``, `` `force=True` ``. The command
    line spells it as an option (`--hold-out`, `--fps=25`, `--force`), prints the line, and exits with code 2.

    Args:
        got: what there is, a noun phrase.
        expected: what there should be, a noun phrase.
        remedy: what to try: a noun phrase ("a smaller size") or a gerund ("checking the path"), never an imperative.

    >>> raise InputError("`steps=1`", "2 or more", "2, for the two ends")
    Traceback (most recent call last):
    ...
    segue.core.errors.InputError: got `steps=1`; expected 2 or more; try 2, for the two ends
    """

    def __init__(self, got: str, expected: str, remedy: str) -> None:
        super().__init__(got, expected, remedy)  # all three, so that the error can cross to another process

    def __str__(self) -> str:
        got, expected, remedy = self.args
        return " ".join(f"got {got}; expected {expected}; try {remedy}".split())


class Stopped(KeyboardInterrupt):
    """Work that was interrupted (Ctrl-C) after it left a state to go on from; the message says how."""


def shortage(error: BaseException) -> InputError | None:
    """The line for what the system refuses: memory, room on a disk, a file that cannot be used.

    Args:
        error: what a library raised.

    Returns:
        The error to show; None where it is none of these, and so a fault.

    >>> str(shortage(MemoryError()))
    'got more than the memory holds; expected a request that fits into it; try a smaller size, batch, or limit'
    """
    if isinstance(error, MemoryError) or any(word in str(error) for word in _OUT_OF_MEMORY):
        return InputError(
            "more than the memory holds", "a request that fits into it", "a smaller size, batch, or limit"
        )
    if not isinstance(error, OSError) or error.errno is None:
        return None
    name = f"{str(error.filename)[:200]} " if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InputError(f"a full disk {name}".rstrip(), "room for what is written", "freeing some, or another disk")
    got = f"{name}({error.strerror})" if name else f"a file that cannot be used ({error.strerror})"
    return InputError(got, "a file that can be used", "another name or place")


_OUT_OF_MEMORY = (
    "DefaultCPUAllocator: can't allocate memory",
    "DefaultCPUAllocator: not enough memory",
    "out of memory",
)


def unknown(what: str, got: str, names: Iterable[str]) -> InputError:
    """The error for a name that is not in `names`; the nearest ones are suggested.

    Args:
        what: what is named: "path".
        got: the name as it was given.
        names: the names that are known.

    Returns:
        The error, to be raised.

    >>> str(unknown("path", "sleerp", ["linear", "slerp"]))
    "got path 'sleerp'; expected linear, slerp; try slerp"
    """
    names = list(names)
    by_lower = {name.lower(): name for name in names}
    near = [by_lower[name] for name in difflib.get_close_matches(got.lower(), by_lower, n=3, cutoff=0.6)]
    return InputError(f"{what} {got!r}", ", ".join(names), " or ".join(near) or "one of these")


def missing_file(path: str | PathLike[str], expected: str, remedy: str = "checking the path") -> InputError:
    """The error for a file or folder that does not exist.

    Args:
        path: where it was looked for.
        expected: what should be there: "a video or GIF".
        remedy: what to try.

    Returns:
        The error, to be raised.

    >>> str(missing_file("a.mp4", "a video or GIF"))
    'got a.mp4, which does not exist; expected a video or GIF; try checking the path'
    """
    return InputError(f"{path}, which does not exist", expected, remedy)


def unreadable_file(
    path: str | PathLike[str],
    reason: BaseException | str,
    expected: str,
    remedy: str = "saving or copying it again",
) -> InputError:
    """The error for a file that is there and cannot be read, or is not what it should be.

    Args:
        path: the file.
        reason: what was raised, or why, in a few words; of more lines the first.
        expected: what it should be: "a whole video or GIF".
        remedy: what to try.

    Returns:
        The error, to be raised.

    >>> str(unreadable_file("a.mp4", "cut off", "a whole video or GIF"))
    'got a.mp4 (cut off); expected a whole video or GIF; try saving or copying it again'
    """
    why = str(getattr(reason, "strerror", None) or reason).strip() or type(reason).__name__
    return InputError(f"{path} ({why.splitlines()[0]})", expected, remedy)


def unwritable_file(path: str | PathLike[str], reason: BaseException | str) -> InputError:
    """The error for an output that cannot be written where it should be.

    Args:
        path: the file or folder.
        reason: what was raised, or why, in a few words.

    Returns:
        The error, to be raised.

    >>> str(unwritable_file("/proc/a.png", "Permission denied"))
    'got output /proc/a.png, which cannot be written (Permission denied); expected a writable path; try another path'
    """
    why = getattr(reason, "strerror", None) or reason
    return InputError(f"output {path}, which cannot be written ({why})", "a writable path", "another path")
