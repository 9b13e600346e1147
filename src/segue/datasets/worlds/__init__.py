"""Generated worlds: image sets whose every factor is known. To add one, write its file and name it here."""

from __future__ import annotations

from segue.datasets.worlds.discs import Discs
from segue.datasets.worlds.glyphs import Glyphs
from segue.datasets.worlds.lines import Lines
from segue.datasets.worlds.pole import Pole
from segue.datasets.worlds.world import World

__all__ = ["WORLDS", "Discs", "Glyphs", "Lines", "Pole", "World"]

WORLDS: tuple[type[World], ...] = (Lines, Glyphs, Pole, Discs)
