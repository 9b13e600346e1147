"""`segue reproduce`: one folder for one request, which goes on where it was, and says the same each time."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segue.cli import main
from segue.commands.evaluate import EvaluateRequest, run_evaluate
from segue.commands.runs import CHECKPOINT
from segue.commands.studies import STUDIES
from segue.commands.studies.command import Offers, ReproduceRequest, ReproduceResult, run_reproduce
from segue.commands.studies.study import Study
from segue.commands.studies.workspace import Workspace
from segue.core.errors import InputError, Stopped
from segue.core.progress import Event
from segue.models.files import MODEL_FILE
from segue.render.report import Claim, Page, Picture, Section, judge

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


def make_page(workspace: Workspace) -> Page:
    """Two small runs on digits, and one figure of them."""
    steps = workspace.either(6, 9)
    common: dict[str, Any] = {"latent": 2, "width": 2, "limit": 64, "batch": 16, "pictures": 0, "steps": steps}
    first, second = (workspace.train(name, "digits", method="ae", **common) for name in ("first", "second"))
    found = workspace.run_job(run_evaluate, EvaluateRequest(first, restarts=1))
    picture = Picture(second / "figures" / "reconstructions.png", "Digits, and what is left of them.")
    claim = Claim("learned", "It learns.", f"{found.psnr[0]:.1f} dB.", judge(found.psnr[0] > 3))
    return Page("Digits", "In little.", (Section("Seen", "", (picture,)),), (claim,), {"psnr": found.psnr[0]})


@pytest.fixture(autouse=True)
def studies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "segue.commands.studies.command.STUDIES", (Study("small", "digits in little", "digits", 0.1, 0.2, make_page),)
    )


def request(out: Path, **options: Any) -> ReproduceRequest:
    return ReproduceRequest("small", out, **options)


def reproduce(out: Path, **options: Any) -> ReproduceResult:
    found = run_reproduce(request(out, **options))
    assert isinstance(found, ReproduceResult)
    return found


def test_a_report_and_its_numbers(tmp_path: Path, segue: Segue) -> None:
    result = segue("reproduce", "small", "-o", tmp_path / "r", "--quick", "--seed", 3)
    assert (result["name"], result["quick"], result["seed"]) == ("small", True, 3)
    assert result["numbers"] == json.loads((tmp_path / "r" / "numbers.json").read_text())
    assert result["claims"][0]["verdict"] == "confirmed"
    page = (tmp_path / "r" / "report.html").read_text()
    assert result["out"] == str(tmp_path / "r" / "report.html")
    assert "segue reproduce small --quick --seed 3" in page and "small, quick" in page and "before)" not in page
    assert "--steps 6" in page and str(tmp_path) not in page


def test_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce", "small"]) == 0
    out = capsys.readouterr().out
    assert "report      reports/small/report.html" in out and "confirmed\n  source  It learns." in out
    assert main(["reproduce", "--list"]) == 0
    assert capsys.readouterr().out == "small  digits in little (digits; 0.2 min, quick 0.1)\n"


def test_the_list_of_studies(segue: Segue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segue.commands.studies.command.STUDIES", STUDIES)
    studies = segue("reproduce", "--list")["studies"]
    assert [found["name"] for found in studies] == [study.name for study in STUDIES]
    assert all(0 < study["minutes_quick"] <= 3 <= study["minutes"] for study in studies)
    assert isinstance(run_reproduce(ReproduceRequest(list=True)), Offers)


def test_the_same_request_gives_the_same_numbers(tmp_path: Path) -> None:
    one, other = (reproduce(tmp_path / name) for name in "ab")
    assert one.numbers == other.numbers and one.claims == other.claims
    assert reproduce(tmp_path / "c", seed=1).numbers != one.numbers


def test_finished_runs_are_used_again(tmp_path: Path) -> None:
    numbers = reproduce(tmp_path).numbers
    runs = sorted(tmp_path.glob("runs/*/" + MODEL_FILE))
    before = [run.stat().st_mtime_ns for run in runs]
    assert len(runs) == 2 and reproduce(tmp_path).numbers == numbers
    assert [run.stat().st_mtime_ns for run in runs] == before
    assert "some runs were there before" in (tmp_path / "report.html").read_text()


@pytest.mark.usefixtures("usual_handler")
def test_what_was_interrupted_goes_on(tmp_path: Path) -> None:
    whole = reproduce(tmp_path / "whole").numbers
    steps: list[int] = []

    def ctrl_c(event: Event) -> None:
        if event.stage == "train" and event.total:
            steps.append(event.done)
            if len(steps) == 13:  # the fourth step of the second run
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(Stopped):
        run_reproduce(request(tmp_path / "r"), ctrl_c)
    first, second = (tmp_path / "r" / "runs" / name for name in ("first", "second"))
    assert (first / MODEL_FILE).exists() and (second / CHECKPOINT).exists() and not (second / MODEL_FILE).exists()
    assert not (tmp_path / "r" / "report.html").exists()
    found = run_reproduce(request(tmp_path / "r"), ctrl_c)
    assert steps == [*range(1, 10), *range(1, 10)]
    assert isinstance(found, ReproduceResult) and found.numbers == whole


def test_another_request_in_the_same_folder(tmp_path: Path) -> None:
    out = tmp_path / "r"
    reproduce(out, quick=True)
    (out / "figures").mkdir(exist_ok=True)
    (out / "figures" / "old.png").touch()
    for options, has in (({}, "small --quick with seed 0"), ({"quick": True, "seed": 1}, "small --quick with seed 0")):
        with pytest.raises(InputError, match=has):
            reproduce(out, **options)
    assert reproduce(out, force=True).quick is False
    assert not (out / "figures" / "old.png").exists()
    kept = (out / "runs" / "first" / MODEL_FILE).stat().st_mtime_ns
    reproduce(out, force=True)  # of the same request nothing is lost
    assert (out / "runs" / "first" / MODEL_FILE).stat().st_mtime_ns == kept


@pytest.mark.parametrize("force", [False, True])
def test_things_of_others_are_left_alone(force: bool, tmp_path: Path) -> None:
    mine = tmp_path / "runs" / "first" / MODEL_FILE
    mine.parent.mkdir(parents=True)
    mine.write_text("of another")
    with pytest.raises(InputError, match="things of others"):
        reproduce(tmp_path, force=force)
    for text in ("{", "[]", '{"study": "small"}'):
        (tmp_path / "request.json").write_text(text)
        with pytest.raises(InputError, match="things of others"):
            reproduce(tmp_path, force=force)
    assert mine.read_text() == "of another"


def test_refusals(tmp_path: Path, refused: Refused) -> None:
    assert "no study; expected small" in refused("reproduce")
    assert "smal" in (line := refused("reproduce", "smal", "-o", tmp_path / "r")) and "try small" in line
    (tmp_path / "file").touch()
    assert "a file; expected a folder" in refused("reproduce", "small", "-o", tmp_path / "file")
    assert "--sed" in refused("reproduce", "small", "--sed", 1)
    assert "--seed=-1" in refused("reproduce", "small", "--seed", -1)
    assert not (tmp_path / "r").exists()
