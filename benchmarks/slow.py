"""Slow motion against a known answer: clips are thinned, slowed back, and compared with the frames that were left out.

Every second frame of each clip is kept, and one of four; the rest is what each way has to find. Beside the two styles:
the nearer frame repeated, a cross-fade of the neighbours, and the nearer one moved along the flow. `truth` is scored
too, for ghosting and sharpness, which are not 0 and 1 of true frames.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from machine import data_dir, write

from segue.core.images import Pixels, resize, to_float, write_image
from segue.core.numerics import gradient_energy
from segue.evaluation.metrics.ghosting import ghosting
from segue.join.dream_model import DreamModel
from segue.join.latent_motion import LatentMotion
from segue.latent.paths import choose_path
from segue.motion.flow import blend, warp_between
from segue.motion.slow import FlowMotion, slow_down
from segue.render.strip import sheet
from segue.training import Training
from segue.training.losses import psnr
from segue.training.losses.structural import structural_similarity
from segue.training.methods import VAE
from segue.video import read_frames

FACTORS, GAPS, PIXELS, STEPS = (2, 4), {2: 8, 4: 4}, 480 * 270, 300

Slow = Callable[[list[Pixels], int], list[Pixels]]


def pairwise_by(make: Callable[[Pixels, Pixels, float], Pixels]) -> Slow:
    def slow(own: list[Pixels], factor: int) -> list[Pixels]:
        return [make(a, b, i / factor) for a, b in pairwise(own) for i in range(factor)] + own[-1:]

    return slow


def by_flow(own: list[Pixels], factor: int) -> list[Pixels]:
    return list(slow_down(own, _times(own, factor), FlowMotion(), []))


def by_codes(own: list[Pixels], factor: int) -> list[Pixels]:
    height, width = own[0].shape[:2]
    scale = (192 * 112 / (height * width)) ** 0.5
    size = round(height * scale / 8) * 8, round(width * scale / 8) * 8
    small = np.stack([resize(frame, *size) for frame in own])
    options = Training(steps=STEPS, batch=4, lr=3e-3)
    dream = DreamModel(
        windows=(),
        cuts=(),
        method=VAE(),
        path=choose_path("linear"),
        options=options,
        latent=64,
        width=16,
        extra=lambda: small,
    )
    return list(slow_down(own, _times(own, factor), LatentMotion(dream.model), []))


def _times(own: Sequence[Pixels], factor: int) -> list[Fraction]:
    return [Fraction(i, factor) for i in range(factor * (len(own) - 1) + 1)]


WAYS: dict[str, Slow] = {
    "repeat": pairwise_by(lambda a, b, t: a if t <= 0.5 else b),
    "cross-fade": pairwise_by(blend),
    "between": pairwise_by(warp_between),
    "flow": by_flow,
    "latent": by_codes,
}


def distinct(file: Path, count: int) -> list[Pixels]:
    """`count` frames, small, that are not repeats, a second into the clip where it is that long."""
    frames: list[Pixels] = []
    for frame in islice(read_frames(file), 400):
        scale = min(1.0, (PIXELS / (frame.shape[0] * frame.shape[1])) ** 0.5)
        small = resize(frame, *(round(side * scale) // 2 * 2 for side in frame.shape[:2]))
        if not frames or not np.array_equal(frames[-1], small):
            frames.append(small)
        if len(frames) == count + 25:
            return frames[25:]
    return frames[-count:]


def row(made: list[Pixels], true: list[Pixels], factor: int) -> dict[str, float]:
    """The means over the frames that were left out."""
    rows = []
    for i in (i for i in range(len(true)) if i % factor):
        a, b, t = true[i // factor * factor], true[i // factor * factor + factor], i % factor / factor
        x, y = to_float(made[i][None]), to_float(true[i][None])
        ends = (1 - t) * gradient_energy(a) + t * gradient_energy(b)
        # A frame found to the last bit would be infinitely good.
        rows.append(
            [
                min(60.0, psnr(x, y).item()),
                structural_similarity(x, y).item(),
                ghosting(np.stack([a, made[i], b]), a, b),
                gradient_energy(made[i]) / ends,
            ]
        )
    means = np.nanmean(np.array(rows), axis=0)
    return {k: round(float(v), 4) for k, v in zip(("psnr", "ssim", "ghosting", "sharpness"), means, strict=True)}


def mean(clips: Iterable[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """The means over clips, of each way and figure."""
    rows = list(clips)
    return {
        way: {key: round(float(np.nanmean([row[way][key] for row in rows])), 4) for key in rows[0][way]}
        for way in rows[0]
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=Path, default=Path("runs/slow"))
    folder = parser.parse_args().sheets
    clips: dict[str, dict[str, Any]] = {}
    for file in sorted((data_dir() / "clips").iterdir()):
        for factor in FACTORS:
            true = distinct(file, factor * GAPS[factor] + 1)
            true = true[: (len(true) - 1) // factor * factor + 1]
            made = {"truth": true}
            for name, slow in WAYS.items():
                made[name] = slow(true[::factor], factor)
            rows = {name: row(frames, true, factor) for name, frames in made.items()}
            clips[f"{file.stem}, 1 of {factor}"] = rows
            shown = [frames[len(true) // 2 // factor * factor + factor // 2] for frames in made.values()]
            write_image(folder / f"{file.stem}-{factor}.png", sheet(np.stack(shown), 3, captions=list(made)))
            print(file.stem, factor, rows, flush=True)
    means = {
        f"1 of {factor}": mean(rows for name, rows in clips.items() if name.endswith(f"of {factor}"))
        for factor in FACTORS
    }
    write(
        "slow",
        "python benchmarks/slow.py",
        {"pixels": PIXELS, "steps": STEPS, "mean": means, "clips": clips},
    )


if __name__ == "__main__":
    main()
