"""A transition as the report shows it: as it plays, in pictures, in words, and frame by frame."""

from __future__ import annotations

import base64
import io
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from segue.core.images import Pixels, resize
from segue.join.charts import Charts, make_charts
from segue.join.film import render_frames
from segue.join.plan import Plan
from segue.join.record import stamp
from segue.join.scores import GOALS, Goal
from segue.join.seam_frames import PACE_PIXELS
from segue.join.timeline import Stretch
from segue.join.transition import Candidate, Transition
from segue.video import FilmWriter

PREVIEW_CRF, JPEG_QUALITY, STRIP_PIXELS = 20, 85, 320 * 180

DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Preview:
    """The transition and half a second at either side, small: H.264 as a `data:` address, and each frame in words."""

    film: str
    width: int
    height: int
    fps: float
    frames: tuple[str, ...]


@dataclass(frozen=True)
class Still:
    """A picture of a strip, a `data:` address: its place in the preview, its caption, and what is wrong with it."""

    picture: str
    index: int
    caption: str
    wrong: str


@dataclass(frozen=True)
class _Figure:
    """A row of scores: what it should be; of each style, what it is, and whether that is missed."""

    name: str
    goal: str
    cells: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Panel:
    """All that is shown of a transition between clips `a` and `b`.

    `where` and `how` say where in the film it stands and over what it plays. `attempts` are the styles that were tried,
    each with what it missed; `why` says why `style` was taken, which missed `missed`. `bad` are the bad frames in
    words; `styles` head the columns of `figures`.
    """

    a: str
    b: str
    where: str
    how: str
    style: str
    why: str
    missed: tuple[str, ...]
    attempts: tuple[tuple[str, tuple[str, ...]], ...]
    bad: str
    preview: Preview
    strip: tuple[Still, ...]
    charts: Charts
    styles: tuple[str, ...]
    figures: tuple[_Figure, ...]


def make_panel(plan: Plan, transition: Transition) -> Panel:
    """Show a transition: its preview is rendered again, small.

    Args:
        plan: the film.
        transition: one of its transitions.

    Returns:
        All that is shown of it.
    """
    cut, chosen = transition.cut, transition.chosen
    candidates = (chosen, *(one for one in transition.controls if one.style != chosen.style))
    return Panel(
        a=plan.windows[cut.a].path.name,
        b=plan.windows[cut.b].path.name,
        where=_where(plan, transition),
        how=_how(plan, transition),
        style=str(chosen.style),
        why=_why(transition),
        missed=_missed(chosen),
        attempts=tuple((str(one.style), _missed(one)) for one in transition.attempts),
        bad=_bad(plan, transition),
        preview=_preview(plan, transition),
        strip=tuple(_strip(plan, transition)),
        charts=make_charts(transition.analysis, float(plan.canvas.fps)),
        styles=tuple(str(one.style) for one in candidates),
        figures=tuple(_figure(goal, candidates) for goal in GOALS),
    )


def _where(plan: Plan, transition: Transition) -> str:
    first, fps = plan.first(transition.cut), plan.canvas.fps
    stop = first + transition.cut.count
    frames = f"frames {first}{DASH}{stop - 1}" if transition.cut.count > 1 else f"frame {first}"
    return f"{frames} of the film, {stamp(float(first / fps))}{DASH}{stamp(float(stop / fps))}"


def _how(plan: Plan, transition: Transition) -> str:
    seconds = f"{float(transition.cut.count / plan.canvas.fps):.2f} s"
    if transition.cut.overlap:
        return f"It plays over the last {seconds} of one clip and the first {seconds} of the other."
    return f"It stands between the clips, and adds {seconds}."


def _missed(candidate: Candidate) -> tuple[str, ...]:
    return tuple(_name(miss.goal) + str(miss).removeprefix(miss.goal.name) for miss in candidate.missed)


def _name(goal: Goal) -> str:
    end, _, part = goal.name.partition(".")
    return f"{'leaving' if end == 'a' else 'entering'} {part}" if part else goal.name


def _why(transition: Transition) -> str:
    """Why this style, in words that follow its name."""
    several = len(transition.attempts) > 1
    if transition.chosen.missed:
        return (
            f"misses least of the {len(transition.attempts)} styles tried, none of which meets every goal"
            if several
            else "was the only style tried"
        )
    return "is the first tried that meets every goal" if several else "meets every goal"


def _number(plan: Plan, transition: Transition, number: int) -> int:
    """A frame of the analysis as the film counts; a loop goes round."""
    return (plan.first(transition.cut) + number - 1) % plan.frames


def _wrong(transition: Transition, number: int) -> str:
    return ", ".join(name for name, numbers in transition.analysis.off.items() if number in numbers)


def _bad(plan: Plan, transition: Transition) -> str:
    """The bad frames in words, those that follow each other together: `change 12, 17-19; ghosting 18`."""
    said = []
    for name, numbers in transition.analysis.off.items():
        runs: list[list[int]] = []
        for number in numbers:
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        ends = [dict.fromkeys(_number(plan, transition, number) for number in (run[0], run[-1])) for run in runs]
        if runs:
            said.append(f"{name} {', '.join(DASH.join(map(str, both)) for both in ends)}")
    return "; ".join(said)


def _frames(plan: Plan, transition: Transition) -> Iterator[str]:
    """What was measured of each frame, in words."""
    analysis, last = transition.analysis, transition.cut.count + 1
    for index, sharp in enumerate(analysis.sharpness):
        number = analysis.start + index
        at = _number(plan, transition, number)
        said = [f"frame {at}", stamp(float(at / plan.canvas.fps))]
        if index:
            wanted = f" (wanted {100 * analysis.wanted[number - 1]:.2f} %)" if 1 <= number <= last else ""
            said.append(f"change {100 * analysis.change[index - 1]:.2f} %{wanted}")
        if math.isfinite(sharp):
            said.append(f"sharpness {sharp:.2f}")
        if 0 <= number <= last and math.isfinite(analysis.ghosting[number]):
            said.append(f"ghosting {analysis.ghosting[number]:.2f}")
        wrong = _wrong(transition, number)
        yield " · ".join([*said, f"bad {wrong}"] if wrong else said)


def _strip(plan: Plan, transition: Transition) -> Iterator[Still]:
    ends = {0: transition.cut.a, transition.cut.count + 1: transition.cut.b}
    height, width = plan.canvas.size_within(STRIP_PIXELS)
    for number, picture in zip(transition.analysis.shown, transition.analysis.pictures, strict=True):
        how = f"clip {ends[number] + 1}" if number in ends else f"{100 * transition.shares[number]:.0f} %"
        caption = f"{_number(plan, transition, number)} · {how}"
        jpeg = io.BytesIO()
        Image.fromarray(resize(picture, height, width)).save(jpeg, "JPEG", quality=JPEG_QUALITY)
        yield Still(
            _data("image/jpeg", jpeg.getvalue()),
            number - transition.analysis.start,
            caption,
            _wrong(transition, number),
        )


def _figure(goal: Goal, candidates: Sequence[Candidate]) -> _Figure:
    end, _, part = goal.name.partition(".")
    cells = []
    for candidate in candidates:
        value = getattr(getattr(candidate.scores, end), part) if part else getattr(candidate.scores, goal.name)
        missed = any(miss.goal == goal for miss in candidate.missed)
        cells.append((f"{value:.2f}" if math.isfinite(value) else DASH, missed))
    wanted = f"{goal.low:g} to {goal.high:g}" if goal.low else f"at most {goal.high:g}"
    return _Figure(_name(goal).capitalize(), wanted, tuple(cells))


def _preview(plan: Plan, transition: Transition) -> Preview:
    height, width = plan.canvas.size_within(PACE_PIXELS, 2)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "preview.mp4"
        with FilmWriter(file, width, height, plan.canvas.fps, sound_rate=None, crf=PREVIEW_CRF) as film:
            for frame in _play(plan, transition, height, width):
                film.write(frame)
        data = _data("video/mp4", file.read_bytes())
    return Preview(data, width, height, float(plan.canvas.fps), tuple(_frames(plan, transition)))


def _play(plan: Plan, transition: Transition, height: int, width: int) -> Iterator[Pixels]:
    """The frames of the analysis, `[height, width, 3]`."""
    windows = [window.resize(height, width) for window in plan.windows]
    cut, analysis = transition.cut, transition.analysis
    left = windows[cut.a].length - cut.overlap
    after = len(analysis.sharpness) + analysis.start - cut.count - 1
    parts = (
        Stretch(cut.a, left + analysis.start - 1, left),
        cut,
        Stretch(cut.b, cut.overlap, cut.overlap + after),
    )
    return render_frames(windows, parts, [transition])


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
