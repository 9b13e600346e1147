"""The journal: who has which trial, what it is to try, what came of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import optuna
import pytest

from segue.commands.sweep.journal import Journal, Locks, Pruned
from segue.commands.sweep.plan import JOURNAL, LOCKS, Plan
from segue.core.errors import InputError

Plans = Callable[..., Plan]


def tried(plan: Plan) -> list[dict[str, str]]:
    """The points of a whole sweep whose loss is the learning rate; every third trial is left once, and taken up."""
    points: list[dict[str, str]] = []
    left: set[int] = set()
    while True:
        with Journal(plan) as journal:
            trial = journal.claim()
            if trial is None:
                return points
            values = journal.values(trial)
            if trial.number % 3 == 1 and trial.number not in left:
                left.add(trial.number)
                continue
            journal.end(trial, "complete", seconds=1.0, value=float(values["lr"]), figures={"loss": 1.0})
            points.append(values)


def test_a_grid_has_every_point_once_in_order(plan: Plans) -> None:
    grid = plan("method=ae,vae", "corrupt=none,mask", "batch=4,8")
    with Journal(grid) as journal:
        rows = journal.rows()
        assert [row.values for row in rows] == grid.points() and len(rows) == 8
        assert rows[1].values == {"method": "ae", "corrupt": "none", "batch": "8"}
        assert {row.state for row in rows} == {"waiting"}
        for number in range(8):
            trial = journal.claim()
            assert trial is not None and journal.values(trial) == grid.points()[number] == journal.rows()[number].values
            journal.end(trial, "failed", seconds=0.5, reason="no luck")
            journal.release(trial)
        assert journal.claim() is None
        assert {(row.state, row.reason, row.seconds) for row in journal.rows()} == {("failed", "no luck", 0.5)}


@pytest.mark.parametrize("by", ["random", "tpe"])
def test_a_point_depends_on_its_number_and_the_seed(by: str, plan: Plans, tmp_path: Path) -> None:
    axes, more = ("lr=1e-4..1e-1", "width=2..30", "method=ae,vae"), {"by": by, "trials": 12}
    one = tried(plan(*axes, out=tmp_path / "one", **more))
    assert one == tried(plan(*axes, out=tmp_path / "same", **more)) and len({point["lr"] for point in one}) == 12
    other = tried(plan(*axes, out=tmp_path / "other", seed=1, **more))
    assert all(a["lr"] != b["lr"] for a, b in zip(one, other, strict=True))
    rates = [float(point["lr"]) for point in one]
    assert all(1e-4 <= rate <= 1e-1 for rate in rates) and sum(rate < 1e-2 for rate in rates) >= 6
    assert all(2 <= int(point["width"]) <= 30 for point in one) and {point["method"] for point in one} == {"ae", "vae"}


def test_a_trial_that_was_left_is_taken_up_with_its_point(plan: Plans) -> None:
    drawn = plan("lr=1e-4..1e-1", by="random", trials=2)
    with Journal(drawn) as journal:
        trial = journal.claim()
        assert trial is not None
        values = journal.values(trial)
        journal.report_epoch(trial, 1, 0.5)
    with Journal(drawn) as journal:
        assert [row.state for row in journal.rows()] == ["running", "waiting"]
        again = journal.claim()
        assert again is not None and again.number == 0 and journal.values(again) == values
        journal.report_epoch(again, 1, 0.5)  # as of a run that begins anew
        journal.end(again, "complete", seconds=1, value=0.5, figures={"loss": 0.5})
        assert journal.rows()[0].figures == {"loss": 0.5}


HOLDS = """
import fcntl, sys
with open(sys.argv[1], "r+") as file:
    for place in map(int, sys.argv[2:]):
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(file: Path, *places: int) -> Iterator[None]:
    """Locks that another process holds while the block runs; it is killed at the end."""
    words = [sys.executable, "-S", "-c", HOLDS, str(file), *map(str, places)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield
        process.kill()


def test_a_lock_is_one_process_s_and_ends_with_it(tmp_path: Path) -> None:
    with Locks(tmp_path / "locks") as locks:
        with held_elsewhere(tmp_path / "locks", 1, 3):
            assert [locks.take(number) for number in range(5)] == [True, False, True, False, True]
        assert locks.take(1) and locks.take(3)


def test_what_others_work_on_is_let_alone(plan: Plans) -> None:
    one = plan("batch=4,8,16")
    with Journal(one) as journal, held_elsewhere(one.out / LOCKS, 1, 3):
        trial = journal.claim()
        assert trial is not None and trial.number == 1
    with held_elsewhere(one.out / LOCKS, 2):
        with pytest.raises(InputError, match="where others are at work"):
            Journal(one, force=True)
        assert (one.out / JOURNAL).exists()
    with Journal(one, force=True) as journal:
        assert {row.state for row in journal.rows()} == {"waiting"}


def test_the_median_decides_after_five(plan: Plans) -> None:
    with Journal(plan("seed=0,1,2,3,4,5,6", prune=True)) as journal:
        for number in range(5):
            trial = journal.claim()
            assert trial is not None
            journal.report_epoch(trial, 1, float(number))
            journal.end(trial, "complete", seconds=1, value=float(number), figures={"loss": number})
            journal.release(trial)
        good, bad = journal.claim(), None
        assert good is not None
        journal.report_epoch(good, 1, 1.9)
        journal.report_epoch(good, 2, 99.0)  # of which nobody has been
        journal.end(good, "complete", seconds=1, value=0.1)
        journal.release(good)
        bad = journal.claim()
        assert bad is not None
        with pytest.raises(Pruned):
            journal.report_epoch(bad, 1, 2.1)
        journal.end(bad, "pruned", seconds=1, reason="worse")
        assert [row.state for row in journal.rows()] == ["complete"] * 6 + ["pruned"]


def test_another_plan_is_refused_until_it_is_forced(plan: Plans) -> None:
    first = plan("batch=4,8")
    with Journal(first) as journal:
        trial = journal.claim()
        assert trial is not None
        journal.end(trial, "complete", seconds=1, value=0.5, figures={"loss": 0.5})
    (first.run(0)).mkdir(parents=True)
    other = replace(first, pairs=9)
    for changed, says in (
        (other, "`pairs=9` in .*; expected 8, as of the sweep that is there"),
        (plan("batch=4,8", seed=1), "`seed=1`"),
        (plan("batch=4,8,9"), "`axis=batch=4,8,9` in .* batch=4,8,"),
        (replace(first, prune=True), "`prune=true` in .* false"),
        (replace(first, digest="abd"), "other images"),
    ):
        with pytest.raises(InputError, match=says):
            Journal(changed)
    with Journal(first) as journal:
        assert journal.rows()[0].figures == {"loss": 0.5}
    with Journal(other, force=True) as journal:
        assert {row.state for row in journal.rows()} == {"waiting"} and not first.run(0).exists()


def test_it_is_an_optuna_study_and_leaves_its_logging_alone(plan: Plans) -> None:
    before = optuna.logging.get_verbosity()
    one = plan("batch=4,8")
    with Journal(one):
        pass
    assert optuna.logging.get_verbosity() == before
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(one.out / JOURNAL)))
    assert len(optuna.load_study(study_name="sweep", storage=storage).trials) == 2
