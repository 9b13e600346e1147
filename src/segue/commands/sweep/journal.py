"""The journal of a sweep: one file, by Optuna, that all workers share; it needs Optuna.

All trials are in it from the start, waiting. A worker takes a trial by its lock, which ends with the process, so that
one marked as running whose lock is free was left by a worker that is no more, and is taken over.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, Trial, TrialState

from segue.commands.sweep.axes import Axis
from segue.commands.sweep.plan import ALL_SCORES, BEST, JOURNAL, LOCKS, PICTURE, RESULT, RUNS_FOLDER, Plan, TrialRow
from segue.core.choices import spell
from segue.core.errors import InputError
from segue.core.images import atomic_write, check_writable
from segue.training.data import derive_seed

_NAME, PLAN = "sweep", "plan"
_FIGURES, _SECONDS, REASON = "figures", "seconds", "reason"

STATES: Mapping[TrialState, Literal["waiting", "running", "complete", "pruned", "failed"]] = {
    TrialState.WAITING: "waiting",
    TrialState.RUNNING: "running",
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}

ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


class Pruned(Exception):  # noqa: N818 - no error
    """A trial was worse at an epoch than the median of those before."""


class Locks:
    """Numbered locks, each a byte of one file, between the processes that see it, on one machine or several.

    A process that holds a lock may take it again; two threads of one process are not kept apart. A lock ends with its
    process, and closing the locks releases all of them. A network file system has to support locks.

    Args:
        path: The file, made where there is none.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Locks(Path(folder) / "locks") as locks:
    ...     locks.take(3)
    True
    """

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)

    def __enter__(self) -> Locks:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.file)

    def take(self, number: int) -> bool:
        """Whether the lock of this number was to be had; then this process holds it."""
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True

    def release(self, number: int) -> None:
        """Give a lock back."""
        fcntl.lockf(self.file, fcntl.LOCK_UN, 1, number)

    @contextmanager
    def hold(self, number: int) -> Iterator[None]:
        """The lock of this number, waited for, while the block runs."""
        fcntl.lockf(self.file, fcntl.LOCK_EX, 1, number)
        try:
            yield
        finally:
            self.release(number)


class Journal:
    """The journal of a plan, made where there is none; to be closed, as a context.

    Lock 0 is of the folder, lock 1 + n of trial n.

    Args:
        plan: The sweep.
        force: Whether what is in the folder is removed first, unless somebody works on it.

    Raises:
        InputError: For the journal of another plan, without `force`, and for a folder that somebody works on.
    """

    def __init__(self, plan: Plan, force: bool = False) -> None:
        self.plan = plan
        if not (plan.out / JOURNAL).exists() and (plan.out / RUNS_FOLDER).exists():
            raise InputError(f"{plan.out}, which holds other runs", "a new folder", "another `out`")
        check_writable(plan.out / JOURNAL)
        self.verbosity = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.locks = Locks(plan.out / LOCKS)
        try:
            self.storage = self._open(force)
            pruner = optuna.pruners.MedianPruner() if plan.prune else optuna.pruners.NopPruner()
            self.study = optuna.load_study(study_name=_NAME, storage=self.storage, pruner=pruner)
            self.plan = plan.pin_precision(self.study.user_attrs.get(PLAN, {}))
            self._check()
        except BaseException:
            self.__exit__()
            raise

    def _open(self, force: bool) -> JournalStorage:
        file = self.plan.out / JOURNAL
        with self.locks.hold(0):
            if force and file.exists():
                self._remove()
            if not file.exists():
                self._create()
        return _open_storage(str(file))

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.locks.__exit__()
        optuna.logging.set_verbosity(self.verbosity)

    def _create(self) -> None:
        with atomic_write(self.plan.out / JOURNAL) as beside:
            study = optuna.create_study(study_name=_NAME, storage=_open_storage(str(beside)))
            study.set_user_attr(PLAN, self.plan.pin_precision().identity())
            for point in self.plan.points():
                study.enqueue_trial(point)

    def _remove(self) -> None:
        out = self.plan.out
        study = optuna.load_study(study_name=_NAME, storage=_open_storage(str(out / JOURNAL)))
        for number in range(len(study.get_trials(deepcopy=False))):
            if not self.locks.take(1 + number):
                raise InputError(
                    f"`force` on {out}, where others are at work", "a sweep at rest", "stopping them first"
                )
            self.locks.release(1 + number)
        for folder in (RUNS_FOLDER, BEST):
            shutil.rmtree(out / folder, ignore_errors=True)
        for name in (ALL_SCORES, PICTURE, RESULT, JOURNAL):
            (out / name).unlink(missing_ok=True)

    def _check(self) -> None:
        before, now = self.study.user_attrs.get(PLAN, {}), self.plan.identity()
        for name in now:
            if before.get(name) != now[name]:
                got = "other images" if name == "data" else f"`{name}={_format_value(now[name])}`"
                allowed = "those" if name == "data" else _format_value(before.get(name))
                raise InputError(
                    f"{got} in {self.plan.out}",
                    f"{allowed}, as of the sweep that is there",
                    "another `out`, or `force=True` to begin anew",
                )

    def claim(self) -> Trial | None:
        """The first trial that nobody works on, now this process's own; None where there is none."""
        for waiting in self.study.get_trials(deepcopy=False):
            number = waiting.number
            if waiting.state in ENDED or not self.locks.take(1 + number):
                continue
            study_id = self.storage.get_study_id_from_name(_NAME)
            trial_id = self.storage.get_trial_id_from_study_id_trial_number(study_id, number)
            state = self.storage.get_trial(trial_id).state  # now that nobody else can change it
            if state not in ENDED:
                if state == TrialState.WAITING:
                    self.storage.set_trial_state_values(trial_id, state=TrialState.RUNNING)
                self.study.sampler = self._sampler(number)
                return Trial(self.study, trial_id)
            self.locks.release(1 + number)
        return None

    def _sampler(self, number: int) -> optuna.samplers.BaseSampler:
        """One for each trial, so that a point does not depend on who draws it, or on what was stopped before."""
        seed = derive_seed(self.plan.base.training.seed, number)
        if self.plan.by == "tpe":
            return optuna.samplers.TPESampler(seed=seed)
        return optuna.samplers.RandomSampler(seed=seed)

    def values(self, trial: Trial) -> dict[str, str]:
        """A trial's value on each axis, drawn when it is first asked for."""
        return {axis.name: _format_word(_suggest(trial, axis)) for axis in self.plan.axes}

    def report_epoch(self, trial: Trial, epoch: int, value: float) -> None:
        """Note what a trial has reached at an epoch.

        Args:
            trial: The trial.
            epoch: The epoch, from 1.
            value: What it reached; low is good.

        Raises:
            Pruned: Where that is worse than the median of the trials before.
        """
        if epoch not in self.study.get_trials(deepcopy=False)[trial.number].intermediate_values:
            trial.report(value, epoch)
        if trial.should_prune():
            raise Pruned

    def end(
        self,
        trial: Trial,
        state: Literal["complete", "pruned", "failed"],
        *,
        seconds: float,
        value: float | None = None,
        figures: Mapping[str, float] | None = None,
        reason: str | None = None,
    ) -> None:
        """Write what came of a trial.

        Args:
            trial: The trial.
            state: How it ended.
            seconds: How long this worker took.
            value: What the search minimises; None where the trial has no figure.
            figures: Its figures, by name.
            reason: Why it was pruned or failed.
        """
        for name, attribute in ((_FIGURES, dict(figures or {})), (_SECONDS, seconds), (REASON, reason)):
            trial.set_user_attr(name, attribute)
        ended = next(known for known, word in STATES.items() if word == state)
        self.study.tell(trial, value, state=ended)

    def release(self, trial: Trial) -> None:
        """Give a trial back, ended or not."""
        self.locks.release(1 + trial.number)

    def rows(self) -> tuple[TrialRow, ...]:
        """A row for each trial."""
        return tuple(self._row(trial) for trial in self.study.get_trials(deepcopy=False))

    def _row(self, trial: FrozenTrial) -> TrialRow:
        values = trial.system_attrs.get("fixed_params", {}) | trial.params
        noted = trial.user_attrs
        return TrialRow(
            number=trial.number,
            state=STATES[trial.state],
            values={name: _format_word(value) for name, value in values.items()},
            figures=noted.get(_FIGURES, {}),
            seconds=noted.get(_SECONDS),
            reason=noted.get(REASON),
            run=self.plan.run(trial.number),
        )


def _open_storage(file: str) -> JournalStorage:
    return JournalStorage(JournalFileBackend(file))


def _suggest(trial: Trial, axis: Axis) -> str | float:
    if axis.span is None:
        return trial.suggest_categorical(axis.name, axis.values)
    low, high = axis.span
    if axis.whole:
        return trial.suggest_int(axis.name, int(low), int(high), log=axis.logarithmic)
    return trial.suggest_float(axis.name, low, high, log=axis.logarithmic)


def _format_word(value: str | float) -> str:
    """A value as its row has it, and as it is trained with: six digits of what was drawn are enough."""
    return f"{value:.6g}" if isinstance(value, float) else spell(value)


def _format_value(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value).lower()
