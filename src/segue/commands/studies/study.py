"""A study that one command reproduces, and what the sections of its report share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from segue.commands.studies.workspace import Numbers, Workspace
from segue.core.images import Pixels
from segue.data.datasets import DataSet, ImageSet
from segue.evaluation.classifier import Classifier
from segue.render.report import Page, Section


@dataclass(frozen=True)
class Study:
    """A study by name. The same workspace gives the same page.

    Attributes:
        name: As on the command line.
        about: What it is about, in one line.
        data: The data it needs, in words.
        minutes_quick: How long the quick study takes on two cores.
        minutes: How long the full one takes.
        make_page: Trains, draws and measures in a `Workspace`, and returns what the report says.
    """

    name: str
    about: str
    data: str
    minutes_quick: float
    minutes: float
    make_page: Callable[[Workspace], Page]


@dataclass(frozen=True)
class StudyContext:
    """What the sections of a report share.

    Attributes:
        workspace: Where the study works.
        train: The training images.
        test: The held-out images.
        runs: The folders of the trained models, by name.
        reader: A classifier of real images.
    """

    workspace: Workspace
    train: ImageSet
    test: ImageSet
    runs: dict[str, Path]
    reader: Classifier

    def read(self, frames: Pixels) -> list[str]:
        """What the classifier reads in each frame."""
        return [self.reader.names[label] for label in self.reader.probabilities(frames).argmax(1)]

    @property
    def data(self) -> DataSet:
        """Both parts, to pick images from by name."""
        return DataSet("", self.train, self.test)


def load_parts(workspace: Workspace, data: str, limit: int | None) -> tuple[ImageSet, ImageSet, tuple[str, ...]]:
    """Load an image set that has a test part.

    Args:
        workspace: Where the study works.
        data: The name of the set.
        limit: The most training images; None for all.

    Returns:
        The training images, the held-out ones, and notes on the set.
    """
    found = workspace.images(data, limit=limit)
    assert found.test is not None  # noqa: S101 - the sets of the studies have one
    return found.train, found.test, found.notes


_C = TypeVar("_C", bound=StudyContext)


def report_parts(
    context: _C, parts: Mapping[str, Callable[[_C], tuple[Section, Numbers]]]
) -> tuple[tuple[Section, ...], Numbers]:
    """Carry out the parts of a study.

    Args:
        context: What they share.
        parts: By the name of its numbers, what makes a section and its numbers.

    Returns:
        The sections, and the numbers of each part.
    """
    found = {name: part(context) for name, part in parts.items()}
    return tuple(section for section, _ in found.values()), {name: numbers for name, (_, numbers) in found.items()}
