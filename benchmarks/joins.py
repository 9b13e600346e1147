"""Joins of real clips: every ordered pair as `--quick` renders it, scored; and some whole, timed as a user sees them.

`joins.py pairs` scores the transition of each pair, on small frames before compression, beside the controls, and draws
a contact sheet of each into a folder. `joins.py films` runs the command for a dozen in a process of its own, reads the
film back, notes time, peak memory and the seams that are in the film, and draws all twelve into one picture.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from itertools import islice, permutations
from pathlib import Path
from typing import Any

import numpy as np
from machine import RESULTS, data_dir, write

from segue.core.images import Pixels, fit, write_image
from segue.core.progress import silent
from segue.evaluation.metrics.seam import seam
from segue.evaluation.metrics.steps import LEAST_STEP, motion
from segue.join.canvas import choose_canvas
from segue.join.clip_window import make_window
from segue.join.schedule import unevenness
from segue.join.seam_frames import read_seam
from segue.join.styles import ATTEMPTS, CONTROL_STYLES
from segue.join.timeline import Cut, choose_mode
from segue.join.transition import Candidate, Transition, make_transition
from segue.render.strip import Row, sheet, strip
from segue.video import examine, read_frames

# Each clip is once the first and once the second, and each three times in all or less. The last is there for its time:
# 5 s clips, the film at 720p.
DOZEN = (
    ("flower", "bigbuckbunny"),
    ("big_buck_bunny_432_433", "walk"),
    ("chaplin", "fire2"),
    ("fire2", "flower"),
    ("reaction_diffusion", "gyrorbium"),
    ("gyrorbium", "reaction_diffusion"),
    ("walk", "chaplin"),
    ("pigs_in_a_polka", "chaplin"),
    ("chaplin", "pigs_in_a_polka"),
    ("flower", "reaction_diffusion"),
    ("walk", "big_buck_bunny_432_433"),
    ("bigbuckbunny", "flower"),
)
ROW_PX = (108, 192)


def row(candidate: Candidate) -> dict[str, Any]:
    return {"scores": asdict(candidate.scores), "missed": [str(miss) for miss in candidate.missed]}


def transition_of(a: Path, b: Path, seconds: float = 1.0) -> tuple[Transition, np.ndarray[Any, Any]]:
    """The transition between two clips with its controls, and its frames, small."""
    one, other = examine(a), examine(b)
    canvas = choose_canvas(one.info, None, None, "letterbox")
    left, right, count = make_window(canvas, one), make_window(canvas, other), canvas.count(seconds)
    cut = Cut(0, 1, count, choose_mode(None, count, left.length, right.length))
    before = read_seam(left, cut, leaving=True, report=silent)
    after = read_seam(right, cut, leaving=False, report=silent)
    transition = make_transition(cut, before, after, ATTEMPTS, _no_dream, CONTROL_STYLES)
    ways = zip(transition.shares, before.live, after.live, strict=True)
    return transition, np.stack([transition.blend(float(share), x, y) for share, x, y in ways])


def _no_dream() -> Any:
    raise AssertionError("no attempt dreams")


def pairs(folder: Path, names: list[str]) -> None:
    clips = sorted(file for file in (data_dir() / "clips").iterdir() if not names or file.stem in names)
    rows = kept().get("pairs", {})
    for a, b in permutations(clips, 2):
        start = time.process_time()
        transition, frames = transition_of(a, b)
        name = f"{a.stem} > {b.stem}"
        rows[name] = {
            "style": str(transition.chosen.style),
            "mode": transition.cut.mode,
            "cpu_s": round(time.process_time() - start, 1),
            **row(transition.chosen),
            "first_rung": row(transition.attempts[0]),
            "controls": {str(one.style): row(one) for one in transition.controls},
        }
        chosen = np.linspace(0, len(frames) - 1, 12).round().astype(int)
        write_image(folder / f"{a.stem}-{b.stem}.png", sheet(frames[chosen], 4, title=name))
        print(name, rows[name]["style"], rows[name]["missed"], flush=True)
        save("pairs", rows)


def films(folder: Path) -> None:
    rows = kept().get("films", {})
    clips = {file.stem: file for file in (data_dir() / "clips").iterdir()}
    strips = []
    for one, other in DOZEN:
        for quick in (False, True) if (one, other) == DOZEN[-1] else (False,):
            with tempfile.TemporaryDirectory() as place:
                film = Path(place) / "film.mp4"
                result = join(clips[one], clips[other], film, quick)
                first, count = result["transition"]["first"], result["transition"]["count"]
                in_film = measured(film, first, count, result["fps"])
                if not quick:
                    strips.append(Row(f"{one} > {other}", shown(film, first, count)))
            name = f"{one} > {other}{', quick' if quick else ''}"
            chosen = next(one for one in result["rungs"] if one["style"] == result["style"])
            rows[name] = {
                "size": f"{result['width']}x{result['height']}",
                "frames": result["frames"],
                "style": result["style"],
                "wall_s": round(result["wall_s"], 1),
                "cpu_s": round(result["cpu_s"], 1),
                "took_s": {k: round(v, 1) for k, v in result["took"].items()},
                "peak_mb": round(result["peak_mb"]),
                "scores": result["scores"],
                "missed": chosen["missed"],
                "in_the_film": in_film,
            }
            print(name, rows[name]["wall_s"], rows[name]["peak_mb"], in_film, flush=True)
            save("films", rows)
    write_image(folder / "dozen.png", strip(strips))


def shown(film: Path, first: int, count: int) -> Pixels:
    """Seven frames of a film's transition, the clips' own at both ends, small."""
    places = np.linspace(first - 1, first + count, 7).round().astype(int)
    frames = enumerate(islice(read_frames(film), first + count + 1))
    return np.stack([fit(frame, *ROW_PX, "letterbox") for place, frame in frames if place in places])


def join(a: Path, b: Path, out: Path, quick: bool) -> dict[str, Any]:
    """Run the command; its JSON, with wall and processor seconds and the peak memory of all joins so far."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-m", "segue", "join", str(a), str(b), "-o", str(out), "--json"]
    done = subprocess.run([*words, "--quick"] if quick else words, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**result, "wall_s": time.perf_counter() - start, "cpu_s": cpu_s, "peak_mb": after.ru_maxrss / 1024}


def measured(film: Path, first: int, count: int, fps: float) -> dict[str, float]:
    """The film as it was written: at each cut the largest change over the clip's own median, and the pace.

    The pace is measured by pixels and by a network's features, if its weights are at hand.
    """
    near = round(fps / 2) + 1
    start = max(0, first - near)
    frames = np.stack(list(islice(read_frames(film, start=start), first + count + near - start)))
    a, b = first - start, first - start + count
    small = np.stack([fit(frame, 270, 480, "crop") for frame in frames])
    paces = {}
    for by in ("pixel", "perceptual"):
        steps = motion(small, by).steps
        own = [max(float(np.median(part)), LEAST_STEP[by]) for part in (steps[: a - 1], steps[b:])]
        paces[by] = unevenness(steps[a - 1 : b], *own)
    return {
        "a": seam(frames[:a][::-1], frames[a : a + 2]).position,
        "b": seam(frames[b:], frames[b - 2 : b][::-1]).position,
        "pace": paces["pixel"],
        "perceptual_pace": paces["perceptual"],
    }


def kept() -> dict[str, Any]:
    file = RESULTS / "joins.json"
    page: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return page if isinstance(page.get("pairs"), dict) else {}


def save(part: str, rows: dict[str, Any]) -> None:
    goal = {"wall_s": 90, "wall_quick_s": 30, "peak_mb": 3000}
    write("joins", "python benchmarks/joins.py pairs films", {"goal": goal, **kept_parts(), part: rows})


def kept_parts() -> dict[str, Any]:
    return {part: rows for part, rows in kept().items() if part in ("pairs", "films")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", choices=("pairs", "films"))
    parser.add_argument("--sheets", type=Path, default=Path("runs/joins"))
    parser.add_argument("--clips", nargs="*", default=[], help="names without suffix; else all nine")
    options = parser.parse_args()
    if "pairs" in options.parts:
        pairs(options.sheets, options.clips)
    if "films" in options.parts:
        films(options.sheets)


if __name__ == "__main__":
    main()
