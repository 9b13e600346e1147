"""The work of a sweep: one trial after another, in one process or in several; it needs Optuna."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

import torch
from optuna.trial import Trial

from segue.commands.runs import CHECKPOINT
from segue.commands.sweep.journal import Journal, Pruned
from segue.commands.sweep.measures import measure_run
from segue.commands.sweep.plan import Plan, TrialRow, find_best, write_scores
from segue.commands.train import run_train
from segue.core.errors import InputError, Stopped
from segue.core.progress import Event, Report, silent
from segue.evaluation.leaderboard.rows import badness
from segue.models.files import MODEL_FILE
from segue.training import Figures

POLL_SECONDS = 0.5


def work(plan: Plan, report: Report = silent) -> None:
    """Do trials until all have ended, whoever ends them; where another worker dies, its trial is done again.

    Every trial has a line in the table of the folder, which is written anew as each ends. At Ctrl-C the current trial
    is left as it is, so that it can go on.

    Args:
        plan: The sweep.
        report: Called with progress.
    """
    with Journal(plan) as journal:
        while not _report_progress(plan, journal.rows(), report):
            trial = journal.claim()
            if trial is None:
                time.sleep(POLL_SECONDS)
                continue
            write_scores(plan, journal.rows())
            try:
                _attempt(plan, journal, trial, report)
            finally:
                journal.release(trial)
            write_scores(plan, journal.rows())


def _report_progress(plan: Plan, rows: tuple[TrialRow, ...], report: Report) -> bool:
    """Tell how far the sweep is; whether it is done."""
    done = sum(row.seconds is not None for row in rows)
    best, name = find_best(plan, rows), plan.decides.name
    report(Event("trials", done, len(rows), {} if best is None else {f"best {name}": best.figures[name]}))
    return done == len(rows)


def _attempt(plan: Plan, journal: Journal, trial: Trial, report: Report) -> None:
    """Do a trial, whatever comes of it."""
    began = time.monotonic()
    run = plan.run(trial.number)
    first = plan.decides

    def end(**what: object) -> None:
        (run / CHECKPOINT).unlink(missing_ok=True)
        journal.end(trial, seconds=time.monotonic() - began, **what)  # type: ignore[arg-type]

    try:
        figures = _figures(plan, journal, trial, _only_bars(report))
        if first.name not in figures:
            raise InputError(f"{first.name} undefined for this run", "a finite one", "another figure")
    except Pruned as pruned:
        end(state="pruned", reason=str(pruned))
    except InputError as error:
        end(state="failed", reason=str(error))
    except Exception as error:  # whatever goes wrong with one trial, the others go on
        end(state="failed", reason=f"{type(error).__name__}: {' '.join(str(error).split())}")
    else:
        end(state="complete", value=float(badness(figures[first.name], first.better)), figures=figures)


def _figures(plan: Plan, journal: Journal, trial: Trial, report: Report) -> dict[str, float]:
    """Train, unless that was done before the trial was left, and measure."""
    request = plan.request(trial.number, journal.values(trial))
    first = plan.decides

    def report_epoch(row: Figures) -> None:
        # What decides is known of an epoch only where it is a figure of training.
        name = next(name for name in (first.name, "test_loss", "loss") if name in row)
        epoch = math.ceil(row["epoch"])
        try:
            journal.report_epoch(trial, epoch, float(badness(row[name], first.better if name == first.name else "low")))
        except Pruned:
            raise Pruned(f"{name} of {row[name]:.4g} at epoch {epoch}, worse than the median") from None

    if not (request.out / MODEL_FILE).exists():
        run_train(request, report, on_epoch=report_epoch if plan.prune else None)
    patience = request.training.patience is not None
    return measure_run(
        request.out, plan.measures, patience=patience, pairs=plan.pairs, data_dir=plan.base.data_dir, report=report
    )


def _only_bars(report: Report) -> Report:
    """A report of how far things are, without the notes that would come again for every trial."""
    return lambda event: report(event) if event.total else None


@contextmanager
def start_workers(plan: Plan, count: int, workers: int) -> Iterator[None]:
    """So many processes that work beside this one while the block runs, each with the threads of one of `workers`.

    The share does not depend on how much is left to do, since the number of threads may show in the last bits.

    They are waited for at the end; where the block is left by an error or Ctrl-C, or this process dies, they stop,
    each with its training kept to go on from.
    """
    threads = torch.get_num_threads()
    share = max(1, threads // workers)
    context = multiprocessing.get_context("spawn")
    started: list[BaseProcess] = [context.Process(target=_work_beside, args=(plan, share)) for _ in range(count)]
    try:
        torch.set_num_threads(share)
        with _ignore_interrupts():
            for process in started:
                process.start()
        yield
    except BaseException:
        for process in started:
            if process.pid is not None and process.is_alive():
                os.kill(process.pid, signal.SIGINT)
        raise
    finally:
        for process in started:
            if process.pid is not None:
                process.join()
        torch.set_num_threads(threads)


@contextmanager
def _ignore_interrupts() -> Iterator[None]:
    """Ctrl-C is not heard, nor by processes that are started, until they ask to."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work_beside(plan: Plan, threads: int) -> None:
    """What a helping process does. It hears Ctrl-C from the process that started it alone, and stops if that dies."""
    os.setsid()
    torch.set_num_threads(threads)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os.kill(os.getpid(), signal.SIGINT)

    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=watch, daemon=True).start()
        work(plan)
    except (KeyboardInterrupt, Stopped):
        pass
