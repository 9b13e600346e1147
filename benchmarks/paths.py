"""Every path by every metric, with controls, on real sets and on worlds whose truth is known: `paths.py FIGURE...`.

Each figure is a run of `segue train` and one of `segue score`. Runs are kept in a folder and not trained again.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path as File

import torch
from machine import data_dir, write

from segue.commands.score import ScoreRequest, run_score
from segue.commands.train import TrainRequest, run_train
from segue.training import Training

BOTH = "ae:loss=mse:0.7+perceptual:0.3"
NOISE = "gaussian:sigma=0.2"
PATHS = "linear linear+pace slerp graph graph+smooth graph+smooth+pace graph:weight=decoded+smooth+pace geodesic+pace"
ABLATIONS = (
    " graph:k=none+smooth+pace graph:k=none,mst=false graph:kind=radius+smooth+pace graph:kind=mutual+smooth+pace"
    " graph:density=kernel,power=1+smooth+pace graph:weight=decoded graph:weight=decoded+pace"
    " graph:weight=decoded+smooth:width=0.3+pace graph:weight=decoded+smooth+pace:by=perceptual"
    " geodesic:reencode=0+pace geodesic:weight=decoded+pace"
)


@dataclass(frozen=True)
class Study:
    """What is trained, for how long, and what is scored."""

    data: str
    latent: int
    steps: int
    batch: int = 64
    width: int = 16
    method: str = "ae"
    corrupt: str | None = None
    paths: str = PATHS
    pairs: int = 12
    kind: str = "any"


POLE = Study(
    "worlds:pole", latent=2, steps=2500, batch=16, width=32, method=BOTH, corrupt=NOISE, paths=PATHS + ABLATIONS
)
STUDIES = {
    "pole-2d": POLE,
    "pole-3d": replace(POLE, latent=3),
    "pole-3-factors": replace(
        POLE,
        data="worlds:pole:height=all,horizontal=20,vertical=20",
        latent=3,
        paths=PATHS + " graph:mst=false graph:k=4,mst=false graph:k=none,mst=false"
        " graph:density=kernel,power=1+smooth+pace graph:density=kernel,power=0.1+smooth+pace",
    ),
    "glyphs": Study("worlds:glyphs", latent=64, steps=4000, kind="same-label"),
    "dsprites": Study("dsprites:shape=heart", latent=10, steps=4000, kind="one-factor"),
    "mnist": Study("mnist", latent=32, steps=3000),
    "fashion": Study("fashion-mnist", latent=32, steps=3000),
}


def trained(name: str, study: Study, runs: File) -> File:
    out = runs / name
    if not (out / "model.safetensors").exists():
        run_train(
            TrainRequest(
                data=study.data,
                out=out,
                method=study.method,
                corrupt=study.corrupt,
                latent=study.latent,
                width=study.width,
                training=Training(steps=study.steps, batch=study.batch),
                pictures=0,
                data_dir=data_dir(),
                resume=(out / "checkpoint.safetensors").exists(),
            )
        )
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="+", choices=list(STUDIES))
    parser.add_argument("--runs", type=File, default=File("runs"))
    parser.add_argument("--pairs", type=int, help="else as the figure says")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name in options.figures:
        study = STUDIES[name]
        run = trained(name, study, options.runs)
        scores = options.runs / f"{name}-scores"
        result = run_score(
            ScoreRequest(
                run,
                scores,
                pairs=options.pairs or study.pairs,
                kind=study.kind,  # type: ignore[arg-type]
                paths=study.paths,
                data_dir=data_dir(),
                force=not (scores / "scores.json").exists(),
            )
        )
        print((scores / "leaderboard.md").read_text(), flush=True)
        rows = {row.path: {key: value for key, value in asdict(row).items() if key != "path"} for row in result.rows}
        found = {"study": asdict(study), "pairs": result.pairs, "part": result.part, "rows": rows}
        write(f"paths-{name}", f"python benchmarks/paths.py {name}", found)


if __name__ == "__main__":
    main()
