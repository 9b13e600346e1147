"""What the user did wrong, said in one line: got X; expected Y; try Z."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """A request that cannot be carried out as it stands.

    The message is one line, `got X; expected Y; try Z`, fit to be shown to a person as it is.
    The command line prints it and exits with code 2.

    >>> raise InputError("--steps 1", "2 or more", "ask for at least the two ends")
    Traceback (most recent call last):
    ...
    segue.core.errors.InputError: got --steps 1; expected 2 or more; ask for at least the two ends
    """

    def __init__(self, got: str, expected: str, do: str) -> None:
        super().__init__(got, expected, do)  # all three, so that the error can cross to another process

    def __str__(self) -> str:
        got, expected, do = self.args
        return " ".join(f"got {got}; expected {expected}; {do}".split())


class Stopped(KeyboardInterrupt):
    """Work that was interrupted (Ctrl-C) after it left a state to go on from; the message says how."""


def unknown(what: str, got: str, names: Iterable[str]) -> InputError:
    """The error for a name that is not in `names`; the nearest ones are suggested.

    >>> str(unknown("path", "sleerp", ["linear", "slerp"]))
    "got path 'sleerp'; expected linear, slerp; did you mean slerp?"
    """
    names = list(names)
    spelled = {name.lower(): name for name in names}
    near = [spelled[name] for name in difflib.get_close_matches(got.lower(), spelled, n=3, cutoff=0.6)]
    do = f"did you mean {' or '.join(near)}?" if near else "choose one of these"
    return InputError(f"{what} {got!r}", ", ".join(names), do)
