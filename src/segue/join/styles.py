"""Styles of a transition: `STYLES`. Some of them are what every editor has, and stand beside the others as controls."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

from segue.core.choices import Choice, option
from segue.core.images import Pixels
from segue.core.progress import Report, silent
from segue.join import dream, morph
from segue.join.schedule import Blend
from segue.join.through import Waypoint, blend_through, nearest_waypoint
from segue.latent.paths.transport import Movements
from segue.motion.flow import blend, find_flow, resize_flow, warp


@dataclass(frozen=True, eq=False)
class StyleContext:
    """What a style knows of a transition.

    `a` and `b` are a frame of each clip from the middle of it, uint8 `[h, w, 3]` of one size. `make_dream` makes a
    dream between the two for the style that asks for it, which takes training. A morph goes by way of one of `through`,
    if there are any. `report` receives progress events.
    """

    a: Pixels
    b: Pixels
    make_dream: Callable[[], dream.Dream]
    report: Report = silent
    through: Sequence[Waypoint] = ()

    @cached_property
    def moves(self) -> tuple[Movements, ...]:
        """How the cells of one frame get to those of the other, or to those of the picture between, and on."""
        stops = [self.a, self.b]
        if self._between is not None:
            stops.insert(1, self._between.read(*self.a.shape[:2]))
        return tuple(morph.match_frames(one, other, self.report) for one, other in pairwise(stops))

    @cached_property
    def _between(self) -> Waypoint | None:
        return nearest_waypoint(self.a, self.b, self.through) if self.through else None

    def morph(self, smooth: float, turn: float, lead: float = 1.0) -> Blend:
        """Make a morph of these frames.

        Args:
            smooth: as of `Morph`.
            turn: as of `Morph`.
            lead: as of `Morph`.

        Returns:
            The picture for any share of the way.
        """
        ways = [morph.Morph(moves, smooth, turn, lead).frame for moves in self.moves]
        return ways[0] if self._between is None else blend_through(self._between, *ways)


class Style(Choice):
    """How the picture of one clip becomes that of the other. `even`: its steps are made even, else they go by time."""

    even: ClassVar[bool] = True

    @abstractmethod
    def blend(self, context: StyleContext) -> Blend:
        """Make the transition.

        Args:
            context: what is known of it.

        Returns:
            The picture for any share of the way and any two frames of the clips; at 0 and 1 it is these themselves.
        """


@dataclass(frozen=True)
class Morph(Style):
    """What is in one clip glides to where its like is in the other, in full detail, while both go on playing."""

    name = "morph"
    smooth: float = option(2.0, "cells (53 to the longer side) over which movements are averaged", low=0.1, high=50)
    turn: float = option(0.15, "share of the way in which one place turns to the other clip", low=0.01, high=1)
    lead: float = option(1.0, "1: places that gain detail turn first; 0: those whose way is short", low=0, high=1)

    def blend(self, context: StyleContext) -> Blend:
        """See `Style`."""
        return context.morph(self.smooth, self.turn, self.lead)


@dataclass(frozen=True)
class Melt(Style):
    """A morph whose movements are hardly averaged: things run, swirl and tear."""

    name = "melt"
    smooth: float = option(0.9, "cells (53 to the longer side) over which movements are averaged", low=0.1, high=50)
    turn: float = option(0.15, "share of the way in which one place turns to the other clip", low=0.01, high=1)

    def blend(self, context: StyleContext) -> Blend:
        """See `Style`."""
        return context.morph(self.smooth, self.turn)


@dataclass(frozen=True)
class Dream(Style):
    """What an autoencoder of both clips imagines between them: soft, and for clips alike a true metamorphosis."""

    name = "dream"

    def blend(self, context: StyleContext) -> Blend:
        """See `Style`."""
        return context.make_dream().frame


@dataclass(frozen=True)
class OpticalFlow(Style):
    """A control: both pictures warped along the optical flow between them, and blended."""

    name = "flow"
    even = False

    def blend(self, context: StyleContext) -> Blend:
        """See `Style`."""
        there, back = find_flow(context.a, context.b), find_flow(context.b, context.a)

        def frame(share: float, a: Pixels, b: Pixels) -> Pixels:
            one, other = (resize_flow(along, *a.shape[:2]) for along in (there, back))
            return blend(warp(a, one, share), warp(b, other, 1 - share), share)

        return frame


@dataclass(frozen=True)
class Fade(Style):
    """A control: the cross-fade."""

    name = "fade"
    even = False

    def blend(self, context: StyleContext) -> Blend:
        """See `Style`."""
        return lambda share, a, b: blend(a, b, share)


@dataclass(frozen=True)
class Cut(Style):
    """A control: from one picture to the other at once."""

    name = "cut"
    even = False

    def blend(self, context: StyleContext) -> Blend:
        """See `Style`."""
        return lambda share, a, b: a if share < 0.5 else b


STYLES: tuple[type[Style], ...] = (Morph, Melt, Dream, OpticalFlow, Fade, Cut)
CONTROL_STYLES: tuple[Style, ...] = (OpticalFlow(), Fade(), Cut())
ATTEMPTS: tuple[Style, ...] = (Morph(), Morph(lead=0.5), Morph(lead=0), Morph(smooth=1.2), Melt())
"""What is tried in turn where no style is asked for, until one meets every goal."""
