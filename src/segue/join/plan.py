"""What the film will be, before anything of it is made: its clips on one canvas, the cuts between them, the parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from segue.core.errors import InputError
from segue.core.progress import Report
from segue.join.canvas import Canvas, choose_canvas
from segue.join.clip_window import ClipWindow, make_window, share_cache
from segue.join.cut_points import CutPoint, find_cut_points, search_ranges, stretches_at
from segue.join.project import ProjectClip
from segue.join.request import JoinRequest
from segue.join.resolve import film_paths
from segue.join.timeline import Cut, Mode, Part, choose_mode, count_frames, describe_durations, make_timeline
from segue.video import check_output, examine

PREVIEW_PIXELS = 480 * 270

Ends = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Plan:
    """The clips of a film, each as it is shown, and its transitions, in order.

    `cut_points` are those that a search has found for each cut, the best one first; the clips end and begin there.
    """

    canvas: Canvas
    windows: tuple[ClipWindow, ...]
    cuts: tuple[Cut, ...]
    cut_points: Mapping[Cut, tuple[CutPoint, ...]] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the film, in order."""
        return make_timeline([window.length for window in self.windows], self.cuts)

    @property
    def frames(self) -> int:
        """How many frames the film has."""
        return count_frames(self.parts)

    def first(self, cut: Cut) -> int:
        """Find where a transition begins.

        Args:
            cut: the transition.

        Returns:
            The number of its first frame in the film.
        """
        before = self.parts[: self.parts.index(cut)]
        return count_frames(before)

    def describe(self) -> str:
        """The durations of the film's parts in words.

        Returns:
            One line.
        """
        return describe_durations(self.parts, self.canvas.fps)


def make_plan(request: JoinRequest, clips: Sequence[ProjectClip], report: Report) -> Plan:
    """Plan a film: put the clips on a canvas, place the cuts, and move them to where the clips join best if asked to.

    Each clip's file is examined once, here.

    Args:
        request: the request, resolved.
        clips: its clips.
        report: receives progress events.

    Returns:
        The plan.

    Raises:
        InputError: for clips that cannot be read, stretches that they do not have, transitions that play over more of a
            clip than there is, and a rate that the film's codec has not.
    """
    examined = {path: examine(path) for path in dict.fromkeys(clip.path for clip in clips)}
    infos = [examined[clip.path].info for clip in clips]
    size = None if request.size is None else (request.size[0], request.size[1])
    fps = None if request.fps is None else Fraction(request.fps).limit_denominator(1001)
    # A still has a size but no rate of its own.
    rates = (info.fps for info in infos if info.frames > 1)
    canvas = choose_canvas(infos[0], size, fps or next(rates, None), request.fit)
    canvas = canvas.shrink(PREVIEW_PIXELS) if request.preview else canvas
    check_output(film_paths(request.out, 1, alone=False)[0], request.codec, request.crf, fps=canvas.fps)
    windows = [
        make_window(
            canvas,
            examined[clip.path],
            start=clip.start,
            stop=clip.stop,
            hold=clip.hold,
            cache_bytes=share_cache(len(clips)),
        )
        for clip in clips
    ]
    seconds = request.seconds if request.frames is None else float(request.frames / canvas.fps)
    cuts = place_cuts(canvas, windows, clips, seconds, request.mode, loop=request.loop)
    if not request.best_cut:
        return Plan(canvas=canvas, windows=tuple(windows), cuts=cuts)
    found = _search(windows, cuts, canvas.count(request.best_cut), report)
    return Plan(canvas=canvas, windows=trim_windows(windows, found), cuts=cuts, cut_points=found)


def _search(
    windows: Sequence[ClipWindow], cuts: Sequence[Cut], reach: int, report: Report
) -> dict[Cut, tuple[CutPoint, ...]]:
    """The cut points of all cuts, searched in the clips as they are before any is trimmed."""
    ranges = search_ranges([window.length for window in windows], cuts, reach)
    return {
        cut: find_cut_points(
            windows[cut.a], windows[cut.b], cut, back=ranges[cut.a].tail, on=ranges[cut.b].head, report=report
        )
        for cut in cuts
    }


def trim_windows(windows: Sequence[ClipWindow], found: Mapping[Cut, Sequence[CutPoint]]) -> tuple[ClipWindow, ...]:
    """End and begin all clips such that the middle of each transition is at its best cut point.

    Args:
        windows: the clips as they were searched.
        found: of each cut its cut points, the best one first.

    Returns:
        The clips, each trimmed once, at both ends.
    """
    middles = {cut: (points[0].a, points[0].b) for cut, points in found.items()}
    stretches = stretches_at([window.length for window in windows], middles)
    return tuple(window.trim(*stretch) for window, stretch in zip(windows, stretches, strict=True))


def find_ends(count: int, *, loop: bool) -> tuple[Ends, ...]:
    """Find which clips meet: each and the next, and the last and the first of a loop.

    Args:
        count: how many clips there are.
        loop: whether the last leads to the first.

    Returns:
        Pairs of indices into the list of clips.

    >>> find_ends(3, loop=True), find_ends(1, loop=True)
    (((0, 1), (1, 2), (2, 0)), ((0, 0),))
    """
    closing = ((count - 1, 0),) if loop else ()
    return (*((clip, clip + 1) for clip in range(count - 1)), *closing)


def place_cuts(
    canvas: Canvas,
    windows: Sequence[ClipWindow],
    clips: Sequence[ProjectClip],
    seconds: float,
    mode: Mode | None,
    *,
    loop: bool,
) -> tuple[Cut, ...]:
    """Place a transition wherever clips meet.

    Args:
        canvas: the film's.
        windows: the clips as they are shown.
        clips: the clips as the request has them, each with what it asks of the transition after it.
        seconds: length of a transition whose clip asks for none.
        mode: its mode; None: `overlap` where there is room.
        loop: whether the last clip leads to the first.

    Returns:
        The cuts, in order.

    Raises:
        InputError: for transitions that play over more of a clip than there is.
    """
    cuts = []
    for a, b in find_ends(len(windows), loop=loop):
        count = canvas.count(clips[a].seconds or seconds)
        cut_mode = choose_mode(clips[a].mode or mode, count, windows[a].length, windows[b].length)
        cuts.append(Cut(a=a, b=b, count=count, mode=cut_mode))
    for index, window in enumerate(windows):
        overlaps = [cut.overlap for cut in cuts for end in (cut.a, cut.b) if end == index and cut.overlap]
        # One frame more, for the clip's own last frame before a transition is seen in it.
        if overlaps and (sum(overlaps) > window.length or max(overlaps) >= window.length):
            length, together = float(window.length / canvas.fps), float(sum(overlaps) / canvas.fps)
            of = "a transition" if len(overlaps) == 1 else "transitions"
            raise InputError(
                f"{of} of {together:.2f} s over {window.path.name}, a clip of {length:.2f} s",
                "a shorter one",
                "fewer `seconds`, or `mode=insert`",
            )
    return tuple(cuts)
