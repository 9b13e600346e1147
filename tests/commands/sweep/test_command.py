"""`segue sweep`: from axes to a table, a picture and the best run, alone or with others, stopped and gone on with."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from segue.cli import main
from segue.commands.runs import CHECKPOINT, CONFIG, DataOptions
from segue.commands.sweep.command import SweepRequest, _plan, run_sweep
from segue.commands.sweep.journal import Journal
from segue.core.errors import Stopped
from segue.core.images import read_image
from segue.core.progress import Event, silent
from segue.models.files import MODEL_FILE, load_model
from segue.training import Training

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]
Process = subprocess.Popen[str]

TINY = ("--size", "8", "--limit", "32", "--latent", "2", "--width", "2")
QUICK = ("--steps", "3", "--batch", "16")
PATIENCE_SECONDS = 120
STOPPED = ["complete", "running", "waiting"]


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "all_scores.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def untimed(folder: Path) -> list[dict[str, str]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in table(folder)]


def starts(folder: Path) -> Counter[int]:
    """How often each trial was begun, by the journal."""
    lines = [json.loads(line) for line in (folder / "journal.log").read_text().splitlines()]
    return Counter(line["trial_id"] for line in lines if line["op_code"] == 6 and line["state"] == 0)


def until(true: Callable[[], bool], process: Process) -> None:
    begin = time.monotonic()
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() - begin < PATIENCE_SECONDS
        time.sleep(0.05)


@pytest.fixture
def started(python: tuple[str, ...], environment: dict[str, str]) -> Callable[..., Process]:
    """Starts a command line in a process of its own."""

    def start(*words: object) -> Process:
        line = [*python, *map(str, words)]
        return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    return start


def test_a_grid(tmp_path: Path, segue: Segue) -> None:
    out = tmp_path / "sweep"
    axes = ["--axis", "method=ae,vae:beta=4,warmup=0.5,vae:beta=1e300", "--axis", "corrupt=none,gaussian:sigma=0.1"]
    also = ["--also", "linear", "--also", "excess@linear+pace", "--pairs", "2"]
    result = segue("sweep", "digits", "-o", out, *axes, *also, *TINY, *QUICK)
    rows = table(out)
    metrics = ["test_loss", "linear", "excess@linear+pace"]
    assert list(rows[0]) == ["number", "state", "method", "corrupt", *metrics, "seconds", "reason", "run"]
    methods = ["ae"] * 2 + ["vae:beta=4.0,warmup=0.5"] * 2 + ["vae:beta=1e+300"] * 2
    assert [row["method"] for row in rows] == methods
    assert [row["corrupt"] for row in rows] == ["none", "gaussian:sigma=0.1"] * 3
    assert [row["state"] for row in rows] == ["complete"] * 4 + ["failed"] * 2
    assert all("finite losses" in row["reason"] and not row["test_loss"] for row in rows[4:])
    assert not any(row["reason"] for row in rows[:4]) and all(float(row[name]) for row in rows[:4] for name in metrics)
    assert set(starts(out).values()) == {1} and result["better"] == dict.fromkeys(metrics, "low") | {"linear": "high"}

    best = min(rows[:4], key=lambda row: float(row["test_loss"]))
    assert result["best"]["number"] == int(best["number"]) and result == json.loads((out / "sweep.json").read_text())
    for file in ("model.safetensors", "metrics.csv"):
        assert (out / "best" / file).read_bytes() == (out / best["run"] / file).read_bytes()
    about = load_model(out / "best" / "model.safetensors")[1]
    assert (about["method"], about["corrupt"] or "none") == (best["method"], best["corrupt"])
    assert about["figures"]["test_loss"] == pytest.approx(float(best["test_loss"]), rel=1e-5)
    assert not list(out.rglob("pictures")) and read_image(out / "parallel.png").shape[1] > 400
    assert {file.name for file in out.iterdir()} == {
        "all_scores.csv",
        "best",
        "journal.log",
        "parallel.png",
        "runs",
        "sweep.json",
        "sweep.lock",
    }


def test_a_finished_sweep_is_told_again_without_more_work(
    tmp_path: Path, segue: Segue, refused: Refused, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sweep", "digits", "-o", tmp_path, *TINY[2:], "--steps", 2, "--size", 8, "--axis", "batch=8,16"]
    first = segue(*words)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("*")}
    assert segue(*words) == first
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "runs").rglob("*")} == before
    size = words.index("--size")
    for changed, says in (
        ([*words, "--lr", 0.01], "--lr=0.01 in"),
        ([*words, "--seed", 1], "--seed=1 in"),
        ([*words, "--metric", "linear"], "expected test_loss, as of the sweep that is there"),
        ([*words[:size], "--size", 6, *words[size + 2 :]], "--size=6 in"),
        ([*words, "--hold-out", 0.5], "--hold-out=0.5 in"),
        ([*words, "--by", "random", "--trials", 2], "--by=random in"),
        ([*words[:-1], "batch=8,12"], "--axis=batch=8,12 in"),
    ):
        assert says in refused(*changed)
    assert segue(*words) == first

    assert main([*map(str, words), "--seed", "1", "--force"]) == 0
    out = capsys.readouterr().out
    assert "trials      2 complete" in out and "best        test_loss" in out
    assert json.loads((tmp_path / "sweep.json").read_text())["rows"] != first["rows"]
    assert json.loads((tmp_path / "runs" / "0000" / CONFIG).read_text())["training"]["seed"] == 1


@pytest.mark.parametrize("by", ["random", "tpe"])
def test_points_are_drawn(by: str, tmp_path: Path, segue: Segue) -> None:
    axes = ["--axis", "lr=1e-4..1e-1", "--axis", "width=2..6", "--axis", "corrupt=none,mask"]
    options = ["--by", by, "--trials", 2, "--method", "ae", "--size", 8, "--limit", 16, "--latent", 2, "--steps", 1]
    segue("sweep", "digits", "-o", tmp_path, *axes, *options)
    for row in table(tmp_path):
        assert 1e-4 <= float(row["lr"]) <= 1e-1 and row["state"] == "complete"
        about = load_model(tmp_path / row["run"] / "model.safetensors")[1]
        assert (str(about["training"]["lr"]), str(about["width"])) == (row["lr"], row["width"])


def test_what_is_worse_than_the_median_is_given_up(tmp_path: Path, segue: Segue) -> None:
    rates = "lr=0.02,0.021,0.022,0.023,0.024,1e-8"
    options = ["--method", "ae", "--epochs", 3, "--batch", 8, "--metric", "test_psnr", "--prune"]
    result = segue("sweep", "digits", "-o", tmp_path, "--axis", rates, *options, *TINY)
    assert [row["state"] for row in result["rows"]] == ["complete"] * 5 + ["pruned"]
    assert result["better"] == {"test_psnr": "high"} and result["best"]["number"] < 5
    last = result["rows"][-1]
    assert not last["figures"] and last["reason"].startswith("test_psnr of ")
    assert "at epoch 1, worse than the median" in last["reason"]
    assert not (tmp_path / "runs" / "0005" / "model.safetensors").exists()


def test_all_may_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "digits", "-o", str(tmp_path), "--axis", "method=vae:beta=1e300,vae:beta=1e301", *TINY, *QUICK]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "trials      2 failed" in out and "failed      " in out and "best " not in out
    assert not (tmp_path / "best").exists() and not (tmp_path / "parallel.png").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "without --axis"),
        (("--axis", "batch=4,8", "--axis", "lr=1e-4..1e-2"), "--axis lr=0.0001..0.01 of a grid"),
        (("--axis", "batch=4,8", "--trials", "3"), "--trials of a grid"),
        (("--axis", "batch=4,8", "--by", "tpe"), "--by=tpe without --trials"),
        (("--axis", "batch=4,8", "--by", "gird"), "try grid"),
        (("--axis", "batch=4,8", "--batch", "4"), "--batch beside --axis batch"),
        (("--axis", "batch=4,8", "--axis", "batch=16"), "--axis batch twice"),
        (("--axis", "batch=4,8", "--method", "vea"), "try vae"),
        (("--axis", "batch=4,8", "--metric", "tset_loss"), "try test_loss"),
        (("--axis", "batch=4,8", "--metric", "active_units"), "try it as a column"),
        (("--axis", "batch=4,8", "--metric", "length"), "try it as a column"),
        (("--axis", "batch=4,8", "--also", "excess@grph"), "try graph"),
        (("--axis", "batch=4,8", "--workers", "0"), "1 to 1024"),
        (("--axis",), "--axis"),
    ],
)
def test_refusals(words: Sequence[str], says: str, tmp_path: Path, refused: Refused) -> None:
    assert says in refused("sweep", "digits", "-o", tmp_path / "new", *TINY, *words)
    assert not (tmp_path / "new").exists()


def test_other_folders_are_left_alone(tmp_path: Path, segue: Segue, refused: Refused, album: Path) -> None:
    words = ["--axis", "batch=8,16", "--force", *TINY, "--steps", 1]
    (tmp_path / "runs").mkdir()
    assert "holds other runs" in refused("sweep", "digits", "-o", tmp_path, *words)
    assert "among the images" in refused("sweep", album, "-o", album, *words)
    (tmp_path / "plain").touch()
    assert "a file" in refused("sweep", "digits", "-o", tmp_path / "plain", *words)
    assert {file.name for file in tmp_path.iterdir()} == {"runs", "plain"}


def test_without_optuna(tmp_path: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    for name in ("journal", "work"):
        monkeypatch.delitem(sys.modules, f"segue.commands.sweep.{name}", raising=False)
    assert "pip install 'segue[sweep]'" in refused("sweep", "digits", "-o", tmp_path, "--axis", "batch=8,16")


def request_for(out: Path, steps: int = 3, workers: int = 1) -> SweepRequest:
    images, training = DataOptions(size=(8,), limit=32), Training(steps=steps, batch=16)
    axis = ("method=ae,vae,aae",)
    return SweepRequest("digits", out, axis=axis, latent=2, width=2, images=images, training=training, workers=workers)


def test_as_a_function(tmp_path: Path) -> None:
    events: list[Event] = []
    result = run_sweep(request_for(tmp_path), events.append)
    trials = [event for event in events if event.stage == "trials"]
    assert [(event.done, event.total) for event in trials] == [(done, 3) for done in range(4)]
    assert trials[-1].figures == {"best test_loss": min(row.figures["test_loss"] for row in result.rows)}
    assert "train" in {event.stage for event in events} and result.best in result.rows


@pytest.mark.usefixtures("usual_handler")
def test_a_sweep_stopped_by_ctrl_c_goes_on(tmp_path: Path) -> None:
    """Stopped in the second trial; then what a worker leaves that is killed in the third is done anew."""

    def report(event: Event) -> None:
        if event.stage == "train" and (runs[1] / CONFIG).exists() and event.done == 4:
            signal.raise_signal(signal.SIGINT)

    runs = [tmp_path / "stopped" / "runs" / f"000{number}" for number in range(3)]
    request = request_for(tmp_path / "stopped", steps=9)
    with pytest.raises(Stopped, match="the same command goes on"):
        run_sweep(request, report)
    assert (runs[1] / CHECKPOINT).exists() and [row["state"] for row in table(request.out)] == STOPPED
    done = (runs[0] / MODEL_FILE).stat().st_mtime_ns
    shutil.copytree(runs[0], runs[2])
    (runs[2] / MODEL_FILE).unlink()

    run_sweep(request)
    run_sweep(request_for(tmp_path / "whole", steps=9))
    assert untimed(request.out) == untimed(tmp_path / "whole") and starts(request.out) == {0: 1, 1: 1, 2: 1}
    assert (runs[0] / MODEL_FILE).stat().st_mtime_ns == done and not (runs[1] / CHECKPOINT).exists()
    for run in ("runs/0001", "runs/0002", "best"):
        assert (request.out / run / MODEL_FILE).read_bytes() == (tmp_path / "whole" / run / MODEL_FILE).read_bytes()


def test_others_share_the_work_until_they_are_killed(tmp_path: Path, started: Callable[..., Process]) -> None:
    """This process has two trials, another with its helper does the third, and waits; what is left is taken over."""
    words = ["sweep", "digits", "-o", tmp_path, "--axis", "method=ae,vae,aae", *TINY, *QUICK, "--workers", 2]
    with Journal(_plan(request_for(tmp_path), silent)) as journal:
        mine = journal.claim()
        assert mine is not None and journal.values(mine) == {"method": "ae"}
        assert journal.locks.take(2)  # of trial 1, which is left waiting
        process = started(*words)
        until(lambda: journal.rows()[2].state == "complete", process)
        time.sleep(1)
        assert [row.state for row in journal.rows()] == ["running", "waiting", "complete"] and process.poll() is None
        process.kill()
        process.communicate(timeout=PATIENCE_SECONDS)  # which returns when the helper has ended, too
    assert starts(tmp_path) == {0: 1, 2: 1}

    run_sweep(request_for(tmp_path, workers=2))
    run_sweep(request_for(tmp_path / "alone"))
    assert untimed(tmp_path) == untimed(tmp_path / "alone") and starts(tmp_path) == {0: 1, 1: 1, 2: 1}
