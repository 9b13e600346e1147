"""The workspace: trainings that are there are not done again, and every command is spelled so that it can be typed."""

from __future__ import annotations

import csv
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.commands.evaluate import EvaluateRequest, run_evaluate
from segue.commands.interpolate import InterpolateRequest
from segue.commands.map import MapRequest
from segue.commands.runs import CHECKPOINT, DataOptions
from segue.commands.sample import SampleRequest
from segue.commands.score import ScoreRequest
from segue.commands.stress import StressRequest
from segue.commands.studies.workspace import TINY, StudySize, Workspace, command
from segue.commands.train import TrainRequest
from segue.core.choices import Checked
from segue.core.errors import Stopped
from segue.core.progress import Event
from segue.models.files import MODEL_FILE
from segue.training import Training

SMALL: dict[str, Any] = {"method": "ae", "latent": 2, "width": 2, "limit": 64, "batch": 16, "pictures": 0}
HERE = Path("folder of it")

names = st.text("abc d'-:+_;$", min_size=1).filter(lambda text: text.strip() == text and text[0] not in "-'")
files = names.map(lambda name: HERE / f"{name}.png")
maybe = st.none() | st.integers(1, 512)
requests = st.one_of(
    st.builds(
        TrainRequest,
        names,
        st.just(HERE / "run"),
        method=st.sampled_from(["ae", "vae:beta=4.0"]),
        corrupt=st.none() | st.just("gaussian:sigma=0.2+mask"),
        latent=st.integers(1, 99),
        grid=maybe,
        images=st.builds(
            DataOptions,
            size=st.none() | st.tuples(st.integers(1, 99)) | st.just((40, 32)),
            limit=maybe,
            fit=st.sampled_from(["crop", "letterbox"]),
        ),
        training=st.builds(Training, epochs=maybe, lr=st.floats(1e-8, 1), schedule=st.sampled_from(["step", "cosine"])),
        keep=st.none() | st.just("1+20"),
        tensorboard=st.booleans(),
        force=st.booleans(),
    ),
    st.builds(StressRequest, files, files, epoch=st.none() | st.just("all"), count=st.integers(1, 99), csv=st.none()),
    st.builds(
        InterpolateRequest,
        files,
        names,
        names,
        files,
        via=st.none() | st.just("label:3 label:8"),
        loop=st.booleans(),
        fps=st.floats(0.1, 240),
    ),
    st.builds(MapRequest, files, files, projection=st.none() | st.just("pca"), thumbnails=st.integers(0, 9)),
    st.builds(SampleRequest, files, files, labels=st.none() | names, spread=st.none() | st.floats(0, 100)),
    st.builds(ScoreRequest, files, files, paths=st.just("linear slerp"), metrics=st.none() | st.just("excess jerk")),
    st.builds(EvaluateRequest, files, seed=st.integers(0, 2**31 - 1)),
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@given(request=requests)
def test_a_command_is_read_as_the_request_that_it_spells(read: Callable[[str], Checked], request: Checked) -> None:
    paths = {name: value for name, value in vars(request).items() if isinstance(value, Path)}
    within = replace(request, **{name: path.relative_to(HERE) for name, path in paths.items()})  # type: ignore[type-var]
    assert read(command(request, HERE)) == within


def test_where_data_are_is_not_spelled(tmp_path: Path) -> None:
    assert command(EvaluateRequest(tmp_path / "runs/a", data_dir=tmp_path), tmp_path) == "segue evaluate runs/a"
    assert command(EvaluateRequest(Path("/elsewhere/a")), tmp_path) == "segue evaluate /elsewhere/a"


@pytest.mark.parametrize(("size", "steps"), [("tiny", 3), ("quick", 1), ("full", 2)])
def test_sizes(size: StudySize, steps: int, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, size)
    assert workspace.either(1, 2, tiny=3) == steps and workspace.either(1, 2) == (2 if size == "full" else 1)
    assert workspace.quick == (size != "full")


def test_a_tiny_study_trains_for_moments(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, "tiny")
    run = workspace.train("a", "digits", epochs=500, width=64, limit=1000, pictures=0)
    assert epochs(run)[-1]["step"] == TINY["steps"]
    kept = workspace.train("b", "digits", epochs=5, batch=64, keep="5", pictures=0)
    assert (kept / "epochs" / "0005.safetensors").exists() and epochs(kept)[-1]["step"] == 5 * TINY["limit"] / 64
    assert all(
        f"--limit {TINY['limit']} " in line and f"--width {TINY['width']} " in line for line in workspace.commands
    )
    assert len(workspace.images("digits").train) == TINY["limit"]
    assert len(workspace.images("digits", limit=20).train) == 20


def test_a_run_that_is_there_is_used_again(workspace: Workspace) -> None:
    run = workspace.train("a", "digits", steps=2, **SMALL)
    before = (run / MODEL_FILE).stat().st_mtime_ns
    assert workspace.train("a", "digits", steps=2, **SMALL) == run
    assert (run / MODEL_FILE).stat().st_mtime_ns == before
    assert len(workspace.commands) == 2 and workspace.commands[0] == workspace.commands[1]
    workspace.train("a", "digits", steps=3, **SMALL)  # asked for in other words
    assert (run / MODEL_FILE).stat().st_mtime_ns > before and epochs(run)[-1]["step"] == 3


@pytest.mark.usefixtures("usual_handler")
def test_what_was_interrupted_goes_on(workspace: Workspace) -> None:
    def ctrl_c(event: Event) -> None:
        if event.stage == "train" and event.done == 5:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(Stopped):
        replace(workspace, report=ctrl_c).train("a", "digits", steps=20, **SMALL)
    run, seen = workspace.folder / "runs" / "a", list[int]()
    assert (run / CHECKPOINT).exists() and not (run / MODEL_FILE).exists()
    replace(
        workspace, report=lambda event: seen.append(event.done) if event.stage == "train" and event.total else None
    ).train("a", "digits", steps=20, **SMALL)
    assert seen[0] == 6 and epochs(run)[-1]["step"] == 20
    whole = Workspace(workspace.folder / "other").train("a", "digits", steps=20, **SMALL)
    assert (whole / "metrics.csv").read_bytes() == (run / "metrics.csv").read_bytes()


def test_an_interrupted_run_that_is_asked_for_otherwise_begins_anew(workspace: Workspace) -> None:
    run = workspace.folder / "runs" / "a"
    workspace.train("a", "digits", steps=2, **SMALL)
    (run / MODEL_FILE).rename(run / CHECKPOINT)  # whatever is there
    workspace.train("a", "digits", steps=3, **SMALL)
    assert epochs(run)[-1]["step"] == 3


def test_jobs_take_the_seed_and_the_data_of_the_bench(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, seed=7)
    run = workspace.train("a", "digits", steps=2, **SMALL)
    found = workspace.run_job(run_evaluate, EvaluateRequest(run, restarts=1))
    assert found.images == 64 and workspace.commands[-1] == "segue evaluate runs/a --restarts 1 --seed 7"
    assert "--seed 7" in workspace.commands[0]


def test_a_classifier_is_kept(workspace: Workspace) -> None:
    seen: list[str] = []
    watched = replace(workspace, report=lambda event: seen.append(event.stage))
    digits = workspace.images("digits", limit=64).train
    first = watched.train_classifier(digits, 12)
    assert seen.count("classifier") == 12
    again = watched.train_classifier(digits, 12)
    assert seen.count("classifier") == 12
    assert (first.probabilities(digits.images) == again.probabilities(digits.images)).all()
    watched.train_classifier(workspace.images("digits", limit=60).train, 12)
    watched.train_classifier(digits, 13)
    assert seen.count("classifier") == 12 + 12 + 13


def test_samples_are_what_was_drawn(workspace: Workspace) -> None:
    run = workspace.train("a", "digits", steps=2, **SMALL)
    images = workspace.sample_run("some", run, count=5)
    assert images.shape == (5, 8, 8, 1) and images.dtype == "uint8"
    assert workspace.figure_path("some.npz").exists() and workspace.commands[-1].startswith(
        "segue sample runs/a --out figures/some"
    )


def epochs(run: Path) -> list[dict[str, float]]:
    with (run / "metrics.csv").open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
