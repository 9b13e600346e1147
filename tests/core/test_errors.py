"""The one line that a person is told."""

from __future__ import annotations

import copy
import errno

import pytest

from segue.core.errors import InputError, Stopped, shortage, unknown


def test_it_is_one_line() -> None:
    assert str(InputError("a\nfile\t x", "b", "the\n\n c")) == "got a file x; expected b; try the c"


def test_it_is_a_value_error_and_stopping_is_not() -> None:
    assert issubclass(InputError, ValueError)
    assert issubclass(Stopped, KeyboardInterrupt) and not issubclass(Stopped, Exception)


def test_it_can_be_copied_and_so_cross_to_another_process() -> None:
    error = InputError("x", "y", "z")
    assert str(copy.copy(error)) == str(error) == "got x; expected y; try z"


@pytest.mark.parametrize(
    ("got", "advice"),
    [
        ("sleerp", "try slerp"),
        ("SLERP", "try slerp"),
        ("zzz", "try one of these"),
        ("", "try one of these"),
    ],
)
def test_the_nearest_names_are_suggested(got: str, advice: str) -> None:
    message = str(unknown("path", got, iter(["linear", "slerp"])))
    assert message.startswith(f"got path {got!r}; expected linear, slerp; {advice}")


def test_suggestions_keep_their_case() -> None:
    assert str(unknown("set", "mnst", ["MNIST", "digits"])).endswith("try MNIST")


def test_what_the_system_refuses_is_a_line() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "out.mp4")
    assert str(shortage(full)).startswith("got a full disk out.mp4; expected room")
    long = OSError(errno.ENAMETOOLONG, "File name too long", "a" * 1000)
    assert (
        "(File name too long); expected a file that can be used" in str(shortage(long))
        and len(str(shortage(long))) < 400
    )
    for error in (MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried")):
        assert "memory" in str(shortage(error))
    assert shortage(ValueError("a fault")) is None and shortage(OSError("without a number")) is None
