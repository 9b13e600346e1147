"""Joins of real clips: time, peak memory, PSNR, and how much the seams show on the film as written.

Each join is a process of its own with default settings, so that time and memory are what a user sees. The film is
then read back: the jump at each cut over the median change of the clip's adjoining half second, at full size.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from machine import data_dir, write

from segue.clips import read_frames
from segue.join.seam import seam_jump

# The third is there for its time: 5 s clips, the film at 720p.
PAIRS = (
    ("flower.mp4", "bigbuckbunny.mp4"),
    ("big_buck_bunny_432_433.webm", "walk.mkv"),
    ("bigbuckbunny.mp4", "flower.mp4"),
)


def join(a: Path, b: Path, out: Path) -> dict[str, Any]:
    """Run the command; its JSON, with wall seconds and the peak memory of all joins so far."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "segue", "join", str(a), str(b), "-o", str(out), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    peak_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {**result, "wall_s": time.perf_counter() - start, "peak_mb": peak_kb / 1024}


def seams(film: Path, first: int, count: int, fps: float) -> dict[str, float]:
    """The seams of the film as it was written."""
    near = round(fps / 2) + 1
    start = max(0, first - near)
    frames = np.stack(list(islice(read_frames(film), start, first + count + near)))
    cut_a, cut_b = first - start, first - start + count
    return {
        "a": seam_jump(frames[:cut_a][::-1], frames[cut_a : cut_a + 2]),
        "b": seam_jump(frames[cut_b:], frames[cut_b - 2 : cut_b][::-1]),
    }


def main() -> None:
    rows = []
    for names in PAIRS:
        with tempfile.TemporaryDirectory() as folder:
            film = Path(folder) / "film.mp4"
            a, b = (data_dir() / "clips" / name for name in names)
            result = join(a, b, film)
            transition = result["transition"]
            read_back = seams(film, transition["first"], transition["count"], result["fps"])
        rows.append(
            {
                "a": names[0],
                "b": names[1],
                "size": f"{result['width']}x{result['height']}",
                "frames": result["frames"],
                "wall_s": round(result["wall_s"], 1),
                "took_s": {name: round(seconds, 1) for name, seconds in result["took"].items()},
                "peak_mb": round(result["peak_mb"]),
                "psnr_db": round(result["psnr"], 2),
                "seam_before_compression": {name: round(value, 2) for name, value in result["seam"].items()},
                "seam_in_the_film": {name: round(value, 2) for name, value in read_back.items()},
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    goal = {"wall_s": 90, "seam": 1.5}
    print(write("joins", "python benchmarks/joins.py", {"goal": goal, "pairs": rows}))


if __name__ == "__main__":
    main()
