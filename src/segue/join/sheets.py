"""Contact sheets of a join: the frames of its transitions, and the cut points that were found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segue.core.images import Pixels
from segue.join.cut_points import CutPoint
from segue.join.record import stamp
from segue.join.transition import Transition

_COLUMNS = 4


def draw_transitions(transitions: Sequence[Transition]) -> Pixels:
    """Draw twelve frames of each transition, the clips' own at both ends.

    Args:
        transitions: one or more.

    Returns:
        uint8 `[h, w, 3]`; each transition begins a line.
    """
    from segue.render.strip import sheet

    captions: list[str] = []
    pictures: list[Pixels] = []
    for transition in transitions:
        analysis, cut = transition.analysis, transition.cut
        shown, last = analysis.shown, cut.count + 1
        names = [f"{100 * index / last:.0f} %" for index in shown]
        names[0], names[-1] = f"clip {cut.a + 1}", f"clip {cut.b + 1}"
        missing = -len(shown) % _COLUMNS if transition is not transitions[-1] else 0
        blank = np.full((missing, *analysis.pictures.shape[1:]), 255, np.uint8)
        pictures += [analysis.pictures, blank]
        captions += names + [""] * missing
    return sheet(np.concatenate(pictures), columns=_COLUMNS, captions=captions)


def draw_cut_points(found: Sequence[Sequence[CutPoint]]) -> Pixels:
    """Draw the cut points of each cut, two pictures to a line: where one clip ends and where the other begins.

    Args:
        found: of each cut its cut points, the best one first.

    Returns:
        uint8 `[h, w, 3]`.
    """
    from segue.render.strip import sheet

    ranked = [(rank, point) for points in found for rank, point in enumerate(points, start=1)]
    captions = [
        text
        for rank, point in ranked
        for text in (f"{rank}. {stamp(point.a_seconds)}", f"{stamp(point.b_seconds)}, {point.distance:.2f} apart")
    ]
    return sheet(np.concatenate([point.pictures for _, point in ranked]), columns=2, captions=captions)
