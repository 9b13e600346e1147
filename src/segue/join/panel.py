"""A transition as the report shows it: as it plays, in pictures, in words, and frame by frame."""

from __future__ import annotations

import base64
import io
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from segue.core.images import Pixels, resize
from segue.join.charts import Charts, charts
from segue.join.clip_window import PACE_PIXELS
from segue.join.film import film_frames
from segue.join.plan import Plan
from segue.join.record import stamp
from segue.join.scores import GOALS, Goal
from segue.join.timeline import Stretch
from segue.join.transition import Candidate, Joint
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

    `ladder` are the styles that were tried, each with what it missed; `taken` says which was taken, and why. `bad` are
    the bad frames in words; `styles` head the columns of `figures`.
    """

    a: str
    b: str
    where: str
    how: str
    style: str
    taken: str
    missed: tuple[str, ...]
    ladder: tuple[tuple[str, tuple[str, ...]], ...]
    bad: str
    preview: Preview
    strip: tuple[Still, ...]
    charts: Charts
    styles: tuple[str, ...]
    figures: tuple[_Figure, ...]


def panel(plan: Plan, joint: Joint) -> Panel:
    """A transition of the film as it is shown. Its preview is rendered again, small."""
    cut, rung, fps = joint.cut, joint.rung, float(plan.canvas.fps)
    a, b = (plan.sources[clip].path.name for clip in (cut.a, cut.b))
    rungs = (rung, *(one for one in joint.controls if one.style != rung.style))
    return Panel(
        a,
        b,
        _where(plan, joint),
        _how(plan, joint),
        str(rung.style),
        _taken(joint),
        _missed(rung),
        tuple((str(one.style), _missed(one)) for one in joint.tried),
        _bad(plan, joint),
        _preview(plan, joint),
        tuple(_strip(plan, joint)),
        charts(joint.course, fps),
        tuple(str(one.style) for one in rungs),
        tuple(_figure(goal, rungs) for goal in GOALS),
    )


def _where(plan: Plan, joint: Joint) -> str:
    first, fps = plan.first(joint.cut), plan.canvas.fps
    stop = first + joint.cut.count
    frames = f"frames {first}{DASH}{stop - 1}" if joint.cut.count > 1 else f"frame {first}"
    return f"{frames} of the film, {stamp(float(first / fps))}{DASH}{stamp(float(stop / fps))}"


def _how(plan: Plan, joint: Joint) -> str:
    seconds = f"{float(joint.cut.count / plan.canvas.fps):.2f} s"
    if joint.cut.taken:
        return f"It plays over the last {seconds} of one clip and the first {seconds} of the other."
    return f"It stands between the clips, and adds {seconds}."


def _missed(rung: Candidate) -> tuple[str, ...]:
    return tuple(_named(miss.goal) + str(miss).removeprefix(miss.goal.name) for miss in rung.missed)


def _named(goal: Goal) -> str:
    end, _, part = goal.name.partition(".")
    return f"{'leaving' if end == 'a' else 'entering'} {part}" if part else goal.name


def _taken(joint: Joint) -> str:
    """Why this style, in words that follow its name."""
    several = len(joint.tried) > 1
    if joint.rung.missed:
        return (
            f"misses least of the {len(joint.tried)} styles tried, none of which meets every goal"
            if several
            else "was the only style tried"
        )
    return "is the first tried that meets every goal" if several else "meets every goal"


def _number(plan: Plan, joint: Joint, number: int) -> int:
    """A frame of the course as the film counts; a loop goes round."""
    return (plan.first(joint.cut) + number - 1) % plan.frames


def _wrong(joint: Joint, number: int) -> str:
    return ", ".join(name for name, numbers in joint.course.off.items() if number in numbers)


def _bad(plan: Plan, joint: Joint) -> str:
    """The bad frames in words, those that follow each other together: `change 12, 17-19; ghosting 18`."""
    said = []
    for name, numbers in joint.course.off.items():
        runs: list[list[int]] = []
        for number in numbers:
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        ends = [dict.fromkeys(_number(plan, joint, number) for number in (run[0], run[-1])) for run in runs]
        if runs:
            said.append(f"{name} {', '.join(DASH.join(map(str, both)) for both in ends)}")
    return "; ".join(said)


def _frames(plan: Plan, joint: Joint) -> Iterator[str]:
    """What was measured of each frame of the course, in words."""
    course, last = joint.course, joint.cut.count + 1
    for index, sharp in enumerate(course.sharpness):
        number = course.start + index
        at = _number(plan, joint, number)
        said = [f"frame {at}", stamp(float(at / plan.canvas.fps))]
        if index:
            wanted = f" (wanted {100 * course.wanted[number - 1]:.2f} %)" if 1 <= number <= last else ""
            said.append(f"change {100 * course.change[index - 1]:.2f} %{wanted}")
        if math.isfinite(sharp):
            said.append(f"sharpness {sharp:.2f}")
        if 0 <= number <= last and math.isfinite(course.ghosting[number]):
            said.append(f"ghosting {course.ghosting[number]:.2f}")
        wrong = _wrong(joint, number)
        yield " · ".join([*said, f"bad {wrong}"] if wrong else said)


def _strip(plan: Plan, joint: Joint) -> Iterator[Still]:
    ends = {0: joint.cut.a, joint.cut.count + 1: joint.cut.b}
    height, width = plan.canvas.shrunk(STRIP_PIXELS)
    for number, picture in zip(joint.course.shown, joint.course.pictures, strict=True):
        how = f"clip {ends[number] + 1}" if number in ends else f"{100 * joint.shares[number]:.0f} %"
        caption = f"{_number(plan, joint, number)} · {how}"
        jpeg = io.BytesIO()
        Image.fromarray(resize(picture, height, width)).save(jpeg, "JPEG", quality=JPEG_QUALITY)
        yield Still(_data("image/jpeg", jpeg.getvalue()), number - joint.course.start, caption, _wrong(joint, number))


def _figure(goal: Goal, rungs: Sequence[Candidate]) -> _Figure:
    end, _, part = goal.name.partition(".")
    cells = []
    for rung in rungs:
        value = getattr(getattr(rung.scores, end), part) if part else getattr(rung.scores, goal.name)
        missed = any(miss.goal == goal for miss in rung.missed)
        cells.append((f"{value:.2f}" if math.isfinite(value) else DASH, missed))
    wanted = f"{goal.low:g} to {goal.high:g}" if goal.low else f"at most {goal.high:g}"
    return _Figure(_named(goal).capitalize(), wanted, tuple(cells))


def _preview(plan: Plan, joint: Joint) -> Preview:
    height, width = plan.canvas.shrunk(PACE_PIXELS, 2)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "preview.mp4"
        with FilmWriter(file, width, height, plan.canvas.fps, sound_rate=None, crf=PREVIEW_CRF) as film:
            for frame in _played(plan, joint, height, width):
                film.write(frame)
        data = _data("video/mp4", file.read_bytes())
    return Preview(data, width, height, float(plan.canvas.fps), tuple(_frames(plan, joint)))


def _played(plan: Plan, joint: Joint, height: int, width: int) -> Iterator[Pixels]:
    """The frames of the course, `[height, width, 3]`."""
    small = replace(plan.canvas, height=height, width=width)
    sources = [replace(source, canvas=small) for source in plan.sources]
    cut, course = joint.cut, joint.course
    left = sources[cut.a].length - cut.taken
    after = len(course.sharpness) + course.start - cut.count - 1
    parts = (Stretch(cut.a, left + course.start - 1, left), cut, Stretch(cut.b, cut.taken, cut.taken + after))
    return film_frames(sources, parts, [joint])


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
