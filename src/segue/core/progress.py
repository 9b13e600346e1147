"""Progress of long work: a callback that receives events, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Event:
    """A step of progress.

    Args:
        stage: the part of the work: "train".
        done: how much of it is done.
        total: how much of it there is; 0 where that is not known.
        figures: numbers worth showing: `{"loss": 0.02}`.
        note: a sentence worth showing.
    """

    stage: str
    done: int = 0
    total: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    note: str = ""


Report: TypeAlias = Callable[[Event], None]


def silent(event: Event) -> None:
    """Ignore an event: the report that the library uses where none is given."""
