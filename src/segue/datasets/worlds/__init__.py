"""Generated worlds: image sets whose every factor is known. To add one, write its file and name it here."""

from __future__ import annotations

from segue.datasets.worlds.pole import Pole
from segue.datasets.worlds.world import World

__all__ = ["WORLDS", "Pole", "World"]

WORLDS: tuple[type[World], ...] = (Pole,)
