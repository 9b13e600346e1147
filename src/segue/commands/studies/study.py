"""A recipe: a study that one command carries out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from segue.commands.studies.workspace import Workspace
from segue.render.report import Study


@dataclass(frozen=True)
class StudyRecipe:
    """A study by name: what it is about in one line, the data it needs, its minutes on two cores, and how it is done.

    `study` trains, draws and measures on a `Workspace`, and returns what the report says. The same bench gives the same
    study.
    """

    name: str
    about: str
    data: str
    minutes_quick: float
    minutes: float
    study: Callable[[Workspace], Study]
