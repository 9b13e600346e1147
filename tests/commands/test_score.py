"""`segue score`: every path by every metric, with controls; tables, sheets, and going on after an interruption."""

from __future__ import annotations

import csv
import json
import math
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from segue.cli import main
from segue.commands import score as job
from segue.commands.score import ScoreRequest, run_score
from segue.core.errors import InputError, Stopped
from segue.core.images import read_image
from segue.core.progress import Event
from segue.latent.interpolation import even_steps
from segue.latent.paths import Linear, PathChoice, Slerp
from segue.latent.paths import Path as Way
from segue.training.losses import perceptual

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]

LOOKS = (
    "off-manifold excess to-truth to-truth:align=order smoothness monotonicity jerk pace:by=pixel ghosting sharpness"
)
PATHS = "linear slerp graph:k=4+smooth+pace:by=latent"
QUICK = ("--metrics", LOOKS, "--paths", PATHS, "--steps", "7")
CONTROLS = ["truth", "snap", "cross-fade", "cut"]


def trained(folder: Path, data: str, *options: str) -> Path:
    words = "--width 2 --latent 2 --steps 30 --batch 16 --lr 0.01 --pictures 0 --method ae"
    assert main(["train", data, "-o", str(folder), *words.split(), *options]) == 0
    return folder


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("score") / "lines", "worlds:lines:count=200")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("score") / "digits", "digits", "--limit", "120")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def means(result: dict[str, Any], metric: str) -> dict[str, float]:
    return {row["path"]: row["figures"][metric]["mean"] for row in result["rows"]}


@pytest.fixture(scope="module")
def scored(lines: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("scored") / "scores"
    run_score(ScoreRequest(lines, out, pairs=5, steps=7, paths=PATHS, metrics=LOOKS))
    return out, json.loads((out / "scores.json").read_text())


def test_the_controls_rank_as_is_known_of_them(scored: tuple[Path, dict[str, Any]]) -> None:
    result = scored[1]
    assert [row["path"] for row in result["rows"] if row["control"]] == CONTROLS
    truth = means(result, "to-truth")
    assert truth["truth"] == means(result, "to-truth:align=order")["truth"] == 0
    assert min(value for path, value in truth.items() if path != "truth") > 0.001
    off = means(result, "off-manifold")
    assert off["snap"] == 0 < off["cut"] < off["cross-fade"]
    assert means(result, "smoothness")["cut"] == pytest.approx(1 - 1 / 6, abs=0.05)
    assert means(result, "smoothness")["truth"] < 0.2
    jerk = means(result, "jerk")
    assert jerk["cross-fade"] < jerk["truth"] < 3 < 30 < jerk["cut"]
    assert jerk["snap"] > 2 * jerk["truth"] and means(result, "pace:by=pixel")["snap"] > 0.5
    assert means(result, "ghosting")["cross-fade"] == pytest.approx(1, abs=1e-3)
    assert means(result, "ghosting")["truth"] < 0.8
    assert means(result, "monotonicity")["truth"] > 0.95


def test_the_ends_are_held_out(lines: Path, tmp_path: Path) -> None:
    result = run_score(ScoreRequest(lines, tmp_path / "s", pairs=5, steps=3, paths="graph", metrics="off-manifold"))
    ends = {row[end] for row in table(tmp_path / "s" / "scores.csv") for end in "ab"}
    assert (result.part, result.nodes, result.among) == ("train", 200 - len(ends), 200 - len(ends))
    cut = next(row for row in result.rows if row.path == "cut")
    assert cut.figures["off-manifold"].mean > 0  # the ends are not among the images
    few = run_score(
        ScoreRequest(lines, tmp_path / "few", pairs=2, steps=3, nodes=16, among=50, paths="graph:k=2", metrics="excess")
    )
    assert (few.nodes, few.among) == (16, 50)


def test_all_files_say_the_same(scored: tuple[Path, dict[str, Any]]) -> None:
    out, result = scored
    assert result["pairs"] == 5 and list(result["metrics"]) == LOOKS.split()
    raw = table(out / "scores.csv")
    rows = {row["path"]: row for row in result["rows"]}
    assert list(rows) == [*PATHS.split(), *CONTROLS]
    assert [(row["pair"], row["path"]) for row in raw] == [(str(pair), path) for pair in range(5) for path in rows]
    summary = {(row["path"], row["metric"]): row for row in table(out / "leaderboard.csv")}
    page = (out / "leaderboard.md").read_text()
    for path, row in rows.items():
        assert f"| {path}" in page
        for metric, found in row["figures"].items():
            values = [float(line[metric]) for line in raw if line["path"] == path and line[metric]]
            assert found["undefined"] == 5 - len(values) == int(summary[path, metric]["undefined"])
            if values:
                assert (
                    found["mean"]
                    == pytest.approx(np.mean(values))
                    == pytest.approx(float(summary[path, metric]["mean"]))
                )
                assert found["low"] <= found["mean"] <= found["high"]
    line = [float(row["jerk"]) for row in raw if row["path"] == "linear"]
    slerp = [float(row["jerk"]) for row in raw if row["path"] == "slerp"]
    assert rows["slerp"]["figures"]["jerk"]["wins"] == np.mean(np.array(slerp) < line)
    assert rows["linear"]["figures"]["jerk"]["wins"] is None
    # The course does not turn on what the pace is measured by, and is even in the end.
    assert 0 <= rows["graph:k=4+smooth+pace:by=latent"]["told"]["uneven"] < 0.01


def test_no_machine_is_named(scored: tuple[Path, dict[str, Any]], lines: Path) -> None:
    out, result = scored
    assert result["request"]["run"] == "lines" and result["request"]["data"] == "worlds:lines:count=200"
    for file in out.glob("*.*"):
        if file.suffix != ".png":
            assert str(lines.parent) not in file.read_text() and str(out.parent) not in file.read_text()


def test_the_sheets_show_what_was_scored(scored: tuple[Path, dict[str, Any]]) -> None:
    out, result = scored
    sheets = {file.stem for file in (out / "sheets").glob("*.png")}
    assert sheets == {"linear", "slerp", "graph-k-4-smooth-pace-by-latent", *CONTROLS}
    # Best, median and worst: each with its truth and the cross-fade, which need not be shown beneath itself.
    assert _rows(out / "sheets" / "linear.png") == 9
    assert _rows(out / "sheets" / "cross-fade.png") == _rows(out / "sheets" / "truth.png") == 6
    assert _rows(out / "best.png") == len(result["rows"])


def _rows(file: Path) -> int:
    """How many frames there are down: runs of the hairlines at the left of frames, with gaps between them."""
    edge = (read_image(file, 3) == 217).all(axis=2).sum(axis=1) > 200
    return int(edge.sum()) // 2


def test_through_the_command_line(digits: Path, segue: Segue, tmp_path: Path) -> None:
    """A set without truth, with labels and a test part."""
    out = tmp_path / "scores"
    words = ["score", digits, "-o", out, "--pairs", 3, "--kind", "same-label", *QUICK]
    result = segue(*words)
    assert (result["run"], result["part"], result["pairs"], result["steps"]) == ("digits", "test", 3, 7)
    assert [row["path"] for row in result["rows"]] == [*PATHS.split(), *CONTROLS[1:]]
    for row in result["rows"]:
        assert row["figures"]["to-truth"] == {"mean": None, "low": None, "high": None, "undefined": 3, "wins": None}
    written = json.loads((out / "scores.json").read_text())
    assert written["rows"] == result["rows"]
    assert written["request"]["kind"] == "same-label"
    labels = [row[end].split()[0] for row in table(out / "scores.csv") for end in "ab"]
    assert labels[::2] == labels[1::2] and len(set(labels)) > 1
    assert {Path(file) for file in result["files"]} == {p for p in out.rglob("*") if p.name != "request.json"} - {
        out / "sheets"
    }
    # The same request gives the same bytes elsewhere, and another seed others.
    segue(*words[:3], tmp_path / "again", *words[4:])
    for name in ("scores.csv", "scores.json", "leaderboard.md", "best.png", "sheets/linear.png"):
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    other = segue(*words[:3], tmp_path / "other", *words[4:], "--seed", 1)
    assert other["rows"] != result["rows"]


def test_what_is_told(lines: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["score", str(lines), "-o", str(tmp_path / "s"), "--pairs", "2", *QUICK]) == 0
    said = capsys.readouterr().out
    rows = [line.split()[0] for line in said.splitlines() if line and line[0].islower()]
    assert said.startswith("2 pairs of training images, 7 frames each; 19")
    assert max(map(len, said.partition("scores  ")[0].splitlines())) <= 120
    for path in (*PATHS.split(), *CONTROLS):
        assert path in rows
    assert f"scores      {tmp_path / 's'}" in said and "7 sheets" in said


@dataclass(frozen=True)
class Nowhere(PathChoice):
    """Finds a way every other time."""

    name = "nowhere"
    asked: ClassVar[int] = 0

    def between(self, a: Any, b: Any, around: Any = None) -> Way:
        Nowhere.asked += 1
        if Nowhere.asked % 2:
            raise InputError("two components", "one", "raise k")
        return Linear().between(a, b)


def test_a_path_that_is_not_found_is_counted_and_its_reason_told_once(lines: Path, tmp_path: Path) -> None:
    request = ScoreRequest(
        lines, tmp_path / "s", pairs=4, steps=5, paths=("linear", Nowhere(), Slerp()), metrics="jerk excess"
    )
    result = run_score(request)
    linear, nowhere, slerp, *_ = result.rows
    assert (linear.failed, nowhere.failed, slerp.failed) == (0, 2, 0)
    assert {each.undefined for each in nowhere.figures.values()} == {2}
    raw = table(tmp_path / "s" / "scores.csv")
    found = [float(row["jerk"]) for row in raw if row["path"] == "nowhere" and row["jerk"]]
    assert nowhere.figures["jerk"].mean == pytest.approx(np.mean(found))
    assert nowhere.figures["jerk"].wins == 0  # it is the straight line
    assert result.notes == ("nowhere: got two components; expected one; try raise k",)
    assert "nowhere found no way for 2 of 4 pairs" in job.format_leaderboard(
        run_score(ScoreRequest(lines, tmp_path / "t", pairs=4, steps=5, paths=("linear", Nowhere()), metrics="jerk"))
    )


def test_what_is_scored_is_not_scored_again(
    lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual_handler: None
) -> None:
    def request(out: str) -> ScoreRequest:
        return ScoreRequest(lines, tmp_path / out, pairs=4, steps=5, paths="slerp", metrics="jerk to-truth")

    def interrupting(event: Event) -> None:
        if event.stage == "score" and event.done == 8:
            os.kill(os.getpid(), signal.SIGINT)

    whole = run_score(request("whole"))
    with pytest.raises(Stopped, match="the same command goes on"):
        run_score(request("parted"), interrupting)
    before = table(tmp_path / "parted" / "scores.csv")
    assert len(before) == 8
    scored: list[str] = []
    usual = job.score_path
    monkeypatch.setattr(
        job, "score_path", lambda evaluation, name, metrics: scored.append(name) or usual(evaluation, name, metrics)
    )
    assert run_score(request("parted")).rows == whole.rows
    assert len(scored) == 4 * 6 - 8
    for name in ("scores.csv", "scores.json", "leaderboard.md", "best.png", "sheets/slerp.png"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parted" / name).read_bytes()
    scored.clear()
    assert run_score(request("parted")).rows == whole.rows and not scored
    # Made again where there is no room to keep them, frames are the same.
    monkeypatch.setattr(job, "IN_MEMORY", 0)
    (tmp_path / "parted" / "best.png").unlink()
    run_score(request("parted"))
    assert (tmp_path / "whole" / "best.png").read_bytes() == (tmp_path / "parted" / "best.png").read_bytes()


def test_scores_of_another_request_are_kept(lines: Path, tmp_path: Path, segue: Segue, refused: Refused) -> None:
    words = ["score", lines, "-o", tmp_path / "s", "--pairs", 2, "--steps", 4, "--metrics", "jerk", "--paths"]
    segue(*words, "linear slerp")
    before = (tmp_path / "s" / "scores.json").read_bytes()
    assert "with the scores of another request" in refused(*words, "linear")
    assert (tmp_path / "s" / "scores.json").read_bytes() == before
    result = segue(*words, "linear", "--force")
    assert [row["path"] for row in result["rows"]] == ["linear", *CONTROLS]
    assert not (tmp_path / "s" / "sheets" / "slerp.png").exists()
    (tmp_path / "s" / "scores.csv").write_text("pair,path\n0,linear\n")
    assert "cannot be read" in refused(*words, "linear")


def test_the_network_that_sees(lines: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its weights all metrics are shown; without them those that need none, unless they are asked for."""
    monkeypatch.setenv("SEGUE_DATA", str(data_dir))
    request = ScoreRequest(lines, tmp_path / "all", pairs=1, steps=4, paths="linear", among=20)
    whole = run_score(request)
    assert [name for name in whole.better if "perceptual" in name] and not whole.notes
    figure = whole.rows[0].figures["excess"]
    assert math.isfinite(figure.mean) and math.isnan(figure.low)

    def none(*_: object, **__: object) -> None:
        raise InputError("no weights", "some", "fetch them")

    monkeypatch.setattr(type(perceptual), "prepare", none)
    less = run_score(ScoreRequest(lines, tmp_path / "less", pairs=1, steps=4, paths="linear", among=20))
    assert 0 < len(less.better) < len(whole.better) and "excess" in less.better and "ppl" not in less.better
    assert less.notes[0].startswith("without off-manifold:by=perceptual") and "no weights" in less.notes[0]
    with pytest.raises(InputError, match="no weights"):
        run_score(ScoreRequest(lines, tmp_path / "none", pairs=1, metrics="ppl"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("--steps 2", "3 to 1000"),
        ("--pairs 0", "1 to"),
        ("--nodes 1", "2 or more"),
        ("--kind one", "one-factor, all-factors"),
        ("--kind same-label", "without labels"),
        ("--paths sleerp", "try slerp"),
        ("--paths +pace", "path"),
        ("--metrics jork", "try jerk"),
        ("--metrics excess:by=eye", "pixel, perceptual"),
        ("--pairs 150", "ends that leave half of the images"),
    ],
)
def test_what_is_wrong_is_explained(words: str, says: str, lines: Path, refused: Refused, tmp_path: Path) -> None:
    assert says in refused("score", lines, "-o", tmp_path / "s", *words.split())
    assert not (tmp_path / "s" / "scores.csv").exists()


def test_where_nothing_can_be_written(lines: Path, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "output" in refused("score", lines, "-o", tmp_path / "file", *QUICK)
    assert "which does not exist" in refused("score", tmp_path / "none", "-o", tmp_path / "s", *QUICK)
    assert "an empty list" in refused("score", lines, "-o", tmp_path / "s", "--paths", " ")
    assert even_steps(3).tolist() == [0, 0.5, 1]
