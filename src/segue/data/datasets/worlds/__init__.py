"""Generated worlds: image sets whose every factor is known. To add one, write its file and name it here."""

from __future__ import annotations

from segue.data.datasets.worlds.arm import Arm
from segue.data.datasets.worlds.bar import Bar
from segue.data.datasets.worlds.discs import Discs
from segue.data.datasets.worlds.glyphs import Glyphs
from segue.data.datasets.worlds.lines import Lines
from segue.data.datasets.worlds.pole import Pole
from segue.data.datasets.worlds.ring import Ring
from segue.data.datasets.worlds.world import World

__all__ = ["WORLDS", "Arm", "Bar", "Discs", "Glyphs", "Lines", "Pole", "Ring", "World"]

WORLDS: tuple[type[World], ...] = (Lines, Glyphs, Pole, Discs, Ring, Bar, Arm)
