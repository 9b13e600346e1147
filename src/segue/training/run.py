"""The training loop.

All randomness is drawn from generators seeded by (seed, epoch) and (seed, step), so the state of a run is its
weights, its optimizer and the number of steps done, and a resumed run on a CPU equals an uninterrupted one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from segue.core.choices import choose
from segue.core.errors import InputError, Stopped
from segue.core.images import Pixels, check_images, to_float
from segue.core.interrupts import interrupts
from segue.core.progress import Event, Report, silent
from segue.data.corruptions import Corruption
from segue.data.corruptions import corruption as choose_corruption
from segue.data.datasets import ImageSet
from segue.models.autoencoder import TrainableAutoencoder
from segue.models.own import as_trainable
from segue.models.precision import Precision, resolve_precision
from segue.training.data import TrainingData, derive_seed
from segue.training.diagnostics import diagnose, find_culprits, format_findings, odd_range
from segue.training.held_out import Figures, score
from segue.training.methods import METHODS, Batch, Method
from segue.training.networks import Networks, make_networks
from segue.training.options import Training, pick_device
from segue.training.state import Checkpoint, Snapshot, State

_EPOCHS, LEAST_STEPS = 10, 2000
BIAS_IMAGES = 128  # images whose mean colour the decoder starts at
CHECKPOINT_SECONDS = 30
CHECKUP_STEPS, DIAGNOSED_IMAGES = (
    200,
    64,
)  # steps between two examinations, after which the state is kept; on how many images
MOST_ROLLBACKS = 3  # how often a run goes back to its last good state, each time at a quarter of the rate


@dataclass(frozen=True)
class Trained:
    """The result of training.

    Args:
        model: what was trained, in evaluation mode.
        history: a row of means for every epoch: the loss terms, and `test_...` for the images held out.
        steps: how many steps were done.
        precision: the number format and memory layout.
        seconds: how long it took.
        notes: what was noticed, see `segue.training.diagnostics`.
    """

    model: TrainableAutoencoder
    history: tuple[Figures, ...]
    steps: int
    precision: Precision
    seconds: float
    notes: tuple[str, ...] = ()


def train(
    model: nn.Module,
    method: str | Method,
    images: Pixels | ImageSet,
    options: Training = Training(),  # noqa: B008 - frozen
    *,
    corrupt: str | Corruption | None = None,
    held_out: Pixels | ImageSet | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    init_output_bias: bool = True,
    stages: int = 0,
    on_stage: Callable[[TrainableAutoencoder, int, float], None] | None = None,
    on_epoch: Callable[[tuple[Figures, ...], TrainableAutoencoder], None] | None = None,
    report: Report = silent,
) -> Trained:
    """Train a model in place.

    Where the loss or a gradient is not finite, or the output has saturated, the run goes back to its last good state,
    at most 300 steps before, and on at a quarter of the learning rate, at most three times. No global state is touched:
    neither torch's generator nor its number of threads.

    Args:
        model: of `Method.build`, or any torch module that encodes and decodes, which is then wrapped in an
            `OwnAutoencoder`.
        method: the training rule, by its spelling (`vae:beta=4`) or as an instance.
        images: uint8 `[n, h, w, c]`, or an image set, which may have labels.
        options: how long to train, the batch size, the learning rate, the seed.
        corrupt: the corruption of the images that the encoder sees, drawn anew in every step; None: none. The targets
            and the scores are of clean images.
        held_out: images of which at most 1000 are scored after every epoch (`test_loss`, `test_psnr`, ...).
        checkpoint: the file to which the state is written every half minute and at Ctrl-C; None: nowhere.
        resume: whether to continue from the checkpoint, where there is one.
        init_output_bias: whether the decoder starts at the mean colour of the images.
        stages: how many times `on_stage` is called after the first step, close together at first: the k-th time when
            (k / stages)^2 of the training is done, the last time at the end.
        on_stage: called with the model, the step and the epoch, before the first step and at the stages.
        on_epoch: called after every epoch with the history so far and the model.
        report: receives the progress.

    Returns:
        The trained model, its figures and notes. The same call gives the same weights on the same kind of machine;
        but with `options.minutes` the learning rate follows the clock where that is ahead of the steps, so that two
        runs may differ.

    Raises:
        InputError: the images do not suit the model, or the model the method; the checkpoint is of another call; or
            the loss stays not finite, and then the message names the images that make it so.
        Stopped: at Ctrl-C, after the step under way. The message says how to continue.

    >>> import numpy as np
    >>> from segue.training.methods import AE
    >>> model = AE().build((1, 8, 8), latent=2, width=8)
    >>> train(model, "ae", np.zeros((4, 8, 8, 1), np.uint8), Training(steps=2, batch=2)).steps
    2
    """
    rule, corruption = choose(method, METHODS, "method"), choose_corruption(corrupt)
    shape = model.image_shape if isinstance(model, TrainableAutoencoder) else _image_shape(images)
    trainable = as_trainable(model, shape, statistics=rule.statistics, scale=rule.scale)
    rule.check_model(trainable)
    file = None if checkpoint is None else Path(checkpoint)
    run = _Run(trainable, rule, images, options, corruption, held_out, file, report)
    run.stages, run.on_stage, run.on_epoch = stages, on_stage, on_epoch
    return run.go(resume, init_output_bias)


def _image_shape(images: Pixels | ImageSet) -> tuple[int, int, int]:
    """The `(c, h, w)` of images, which are checked."""
    pixels = images.images if isinstance(images, ImageSet) else images
    check_images(pixels)
    height, width, channels = pixels.shape[-3:]
    return channels, height, width


class _Run:
    """One training run: the state that a checkpoint holds, and the loop over it."""

    stages: int
    stage: int
    on_stage: Callable[[TrainableAutoencoder, int, float], None] | None
    on_epoch: Callable[[tuple[Figures, ...], TrainableAutoencoder], None] | None

    def __init__(
        self,
        model: TrainableAutoencoder,
        method: Method,
        images: Pixels | ImageSet,
        options: Training,
        corrupt: Corruption | None,
        held_out: Pixels | ImageSet | None,
        checkpoint: Path | None,
        report: Report,
    ) -> None:
        self.device = pick_device(options.device)
        self.model = model.to(self.device).train()
        self.method, self.corrupt = method, corrupt
        self.options = options.pin_precision(model.width)
        self.checkpoint, self.report = checkpoint, report
        self.data = TrainingData.of(images, model, self.device)
        self.held_out = None if held_out is None else TrainingData.of(held_out, model, self.device, at_most=1000)
        if options.patience and held_out is None:
            raise InputError("`patience` without test images", "images held out", "holding some out, or leaving it out")
        self.per_epoch = math.ceil(len(self.data.images) / options.batch)
        epochs = options.epochs or max(_EPOCHS, math.ceil(LEAST_STEPS / self.per_epoch))
        self.total = options.steps or epochs * self.per_epoch
        networks = make_networks(model, method, derive_seed(options.seed, -1)).to(self.device)
        self.networks = Networks(networks, options.lr, options.ema)
        self.any_precision = options.precision == "auto"
        self.precision = Precision.of(resolve_precision(self.options.precision, self.device), self.device)
        self.now = State()
        self.good: list[Snapshot] = []
        self.best: dict[str, Tensor] = {}
        self.start = self.saved = time.monotonic()

    def go(self, resume: bool, init_output_bias: bool) -> Trained:
        there = self.checkpoint if resume and self.checkpoint is not None and self.checkpoint.is_file() else None
        if there is not None:
            self._load(there)
        else:
            self._begin(init_output_bias)
        self.start = time.monotonic() - (self.start - self.saved)
        self.stage = -1 if there is None else self._stage_now()
        self._report_stage()
        with interrupts() as interrupted:
            while self._progress() < 1:
                epoch, place = divmod(self.now.step, self.per_epoch)
                made = self._advance(self.data.order(self.options, epoch)[place])
                if made and (self._progress() >= 1 or self.now.step % self.per_epoch == 0):
                    self._end_epoch()
                self._report_stage()
                if interrupted.is_set():
                    self._stop()
                if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
                    self._save()
        return self._end()

    def _begin(self, init_output_bias: bool) -> None:
        odd = odd_range(self.data.pixels)
        self.now.notes += [odd] if odd else []
        if init_output_bias:
            self.model.init_output_bias(to_float(self.data.images[self.data.order(self.options, 0)[0][:BIAS_IMAGES]]))
        self.precision.place(self.networks.networks)

    def _end(self) -> Trained:
        if self.best:
            self.networks.best.load_state_dict(self.best)
        self.model.load_state_dict(self.networks.best.state_dict())
        self.now.notes += format_findings(diagnose(self.model, to_float(self.data.images[:DIAGNOSED_IMAGES])))
        Precision().place(self.model.eval())  # as a model that is loaded from a file
        seconds = time.monotonic() - self.start
        return Trained(
            model=self.model,
            history=tuple(self.now.history),
            steps=self.now.step,
            precision=self.precision,
            seconds=seconds,
            notes=tuple(self.now.notes),
        )

    def _progress(self) -> float:
        """The share that is done, 0 to 1 and beyond: by steps, by the clock or by patience, whichever is ahead."""
        limit = self.options.minutes
        by_clock = (time.monotonic() - self.start) / (60 * limit) if limit and self.now.step else 0.0
        patience = self.options.patience
        out_of_patience = patience is not None and len(self.now.history) - 1 - self.now.best_epoch() >= patience
        return max(self.now.step / self.total, by_clock, float(out_of_patience))

    def _advance(self, index: Tensor) -> bool:
        """Make a step; False where the run went back instead."""
        if self.now.step % CHECKUP_STEPS == 0 and not self._checkup():
            return False
        options, step = self.options, self.now.step
        self.networks.set_lr(options.lr_at(step, self.total, self.per_epoch, self._progress()) / 4**self.now.rollbacks)
        terms, finite = self._do_step(self.networks, index, self.precision)
        if not finite:
            self._not_finite(index, terms["loss"])
            return False
        self.now.step += 1
        for name, value in terms.items():
            self.now.sums[name] = self.now.sums.get(name, 0.0) + value * len(index)
        self.report(Event("train", min(self.total, int(self._progress() * self.total)), self.total, terms))
        return True

    def _batch(self, index: Tensor, precision: Precision) -> Batch:
        return self.data.batch(
            index,
            derive_seed(self.options.seed, 2 * self.now.step + 1),
            precision,
            self.corrupt,
            min(1.0, self._progress()),
        )

    def _do_step(self, networks: Networks, index: Tensor, precision: Precision) -> tuple[Figures, bool]:
        """The terms of one step, and whether it was made: not when the loss or a gradient is not finite."""
        with precision.autocast(self.device):
            terms = self.method.terms(networks.model, self._batch(index, precision), networks.critics)
        row = {name: value.item() for name, value in terms.items()}
        return row, math.isfinite(row["loss"]) and networks.learn(terms, self.options.clip)

    def _checkup(self) -> bool:
        """Keep this state to go back to; or, where the output has saturated, go back and return False."""
        findings = diagnose(self.model, to_float(self.data.images[:DIAGNOSED_IMAGES]))
        if any(finding.name == "saturated" for finding in findings) and self._roll_back(
            "every picture came out the same, black or white,"
        ):
            return False
        state = {name: tensor.detach().clone() for name, tensor in self.networks.state().items()}
        self.good = [*self.good[-1:], Snapshot(self.now.copy(), state)]
        return True

    def _not_finite(self, index: Tensor, loss: float) -> None:
        """Go back to the last good state; where that does not help, name the images that the loss comes from."""
        what = f"a loss of {loss}" if not math.isfinite(loss) else "a gradient that is not finite"
        step = self.now.step + 1
        if self._roll_back(f"{what} came at step {step}, which"):
            return
        with self.precision.autocast(self.device):
            wrong = find_culprits(self.model, self.method, self._batch(index, self.precision), self.networks.critics)
        if 0 < len(wrong) < len(index):
            names = ", ".join(self.data.ids[int(index[place])] for place in wrong[:5])
            raise InputError(f"{what} at step {step} from {names}", "finite losses", "looking at it, or leaving it out")
        again = " with `force=True`" if self.checkpoint is not None and self.checkpoint.exists() else ""
        raise InputError(f"{what} at step {step}", "finite losses", f"`lr={self.options.lr / 4:g}`{again}")

    def _roll_back(self, why: str) -> bool:
        """Go back and on at a lower rate; False where there is no state to go back to, or the limit is reached."""
        # A state of a moment ago may be as bad as this one.
        self.good = [old for old in self.good if old.state.step <= self.now.step - CHECKUP_STEPS / 2] or [
            old for old in self.good if old.state.step < self.now.step
        ]
        if not self.good or self.now.rollbacks >= MOST_ROLLBACKS:
            return False
        rollbacks, notes = self.now.rollbacks + 1, self.now.notes
        self.now = self.good[-1].state.copy()
        self.now.rollbacks, self.now.notes, self.stage = rollbacks, notes, self._stage_now()
        self.networks.load(self.good[-1].tensors)
        rate = self.options.lr / 4**rollbacks
        words = f"{why} sent the run back to step {self.now.step} and on at a learning rate of {rate:g}"
        self.now.notes.append(words)
        self.report(Event("note", note=words))
        return True

    def _end_epoch(self) -> None:
        # The images of the epoch so far: a run may end within an epoch.
        seen = min(((self.now.step - 1) % self.per_epoch + 1) * self.options.batch, len(self.data.images))
        row: Figures = {"epoch": self.now.step / self.per_epoch, "step": self.now.step}
        row |= {name: total / seen for name, total in self.now.sums.items()}
        self.now.sums = {}
        model, test = self.networks.best, self.held_out
        if test is not None:
            row |= score(model, self.method, test.images, self.options.batch, self.networks.critics, test.labels)
        self.now.history.append(row)
        if self.options.patience and self.now.best_epoch() == len(self.now.history) - 1:
            self.best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        if self.on_epoch is not None:
            self.on_epoch(tuple(self.now.history), model)

    def _stage_now(self) -> int:
        return int(math.sqrt(min(1.0, self._progress())) * self.stages + 1e-9)

    def _report_stage(self) -> None:
        stage = self._stage_now()
        if self.on_stage is not None and self.stages and stage > self.stage:
            self.stage = stage
            self.on_stage(self.networks.best, self.now.step, self.now.step / self.per_epoch)

    def _stop(self) -> None:
        done = f"stopped after {self.now.step} of {self.total} steps"
        if self.checkpoint is None:
            raise Stopped(done)
        self._save()
        raise Stopped(f"{done}; the same request with `resume=True` continues it")

    def _save(self) -> None:
        if self.checkpoint is None:
            return
        self.saved = time.monotonic()
        networks = Snapshot(self.now, self.networks.state())
        seconds = self.saved - self.start
        Checkpoint(networks, self.good, self.best, self.precision, seconds).save(self.checkpoint, self._identity())

    def _load(self, path: Path) -> None:
        identity = self._identity()
        if self.any_precision:
            del identity["precision"]  # that of the run, which may have begun on another machine
        there = Checkpoint.load(path, identity)
        self.options = replace(self.options, precision=there.precision.numbers)
        self.precision, self.good, self.best = there.precision, there.good, there.best
        self.precision.place(self.networks.networks)
        self.now = there.now.state
        self.networks.load(there.now.tensors)
        self.saved = self.start - there.seconds

    def _identity(self) -> dict[str, Any]:
        """What tells one run from another, as JSON."""
        return {
            "method": str(self.method),
            "corrupt": self.corrupt and str(self.corrupt),
            **self.model.architecture,
            "images": len(self.data.images),
            **self.options.to_json(),
        }
