"""How long work tells how far it is: a callback that receives events, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Event:
    """One word of progress: `done` of `total` (0 where not known) in `stage`, with figures worth showing."""

    stage: str
    done: int = 0
    total: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    note: str = ""


Report: TypeAlias = Callable[[Event], None]


def silent(event: Event) -> None:
    """A report that says nothing: the default of the library."""
