"""The training loop: one method, one model, one image set; resumable to the bit.

All randomness is drawn from generators seeded by (seed, epoch) and (seed, step), so the state of a run is its
weights, its optimizer and the number of steps done, and a resumed run on a CPU equals an uninterrupted one.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from segue.choices import Checked, option
from segue.corruptions import Corruption
from segue.errors import InputError, Stopped
from segue.images import Pixels, to_float
from segue.interrupts import interrupts
from segue.losses import psnr
from segue.methods import Method, Rivals
from segue.model import ConvAutoencoder, load_tensors, save_tensors
from segue.players import Players, cast, rivals_of
from segue.precision import Precision, fastest
from segue.progress import Event, Report, silent

Row = dict[str, float]

EPOCHS, LEAST_STEPS = 10, 2000

SETTLED_ON = 128
"""How many images the encoder's last layer is first fitted to."""

CHECKPOINT_SECONDS = 30

PROBE_FROM_STEPS = 300
"""Shorter runs take fp32: the probe would cost more than it gains."""


@dataclass(frozen=True)
class Training(Checked):
    """How to train: length, batch, optimizer, seed and place."""

    epochs: int | None = option(
        None, "passes over the training images; else 10, or for few images what 2000 steps take", low=1, high=1_000_000
    )
    steps: int | None = option(None, "number of steps; overrides epochs", low=1, high=1_000_000_000)
    minutes: float | None = option(None, "stop after so many minutes at the latest", low=0.001, high=1e6)
    batch: int = option(128, "images per step", low=1, high=65_536)
    lr: float = option(1e-3, "learning rate at its peak: linear warm-up, then a cosine to zero", low=1e-8, high=1)
    clip: float = option(1.0, "gradients are clipped to this norm", low=1e-6)
    precision: Literal["auto", "bf16", "fp32"] = option("auto", "number format; auto probes once per machine")
    device: Literal["auto", "cpu", "cuda", "mps"] = option("auto", "where to compute")
    seed: int = option(0, "seed of weights, order and noise", low=0, high=2**31 - 1)


@dataclass(frozen=True)
class Trained:
    """What training did: a row of means per epoch, the steps done, the precision and the seconds it took."""

    history: tuple[Row, ...]
    steps: int
    precision: Precision
    seconds: float


def train(
    model: ConvAutoencoder, method: Method, images: Pixels, options: Training, *,
    corrupt: Corruption | None = None, held_out: Pixels | None = None, checkpoint: Path | None = None,
    resume: bool = False, settle: bool = True, on_epoch: Callable[[tuple[Row, ...]], None] | None = None,
    report: Report = silent,
) -> Trained:  # fmt: skip
    """Train `model` in place by `method` on uint8 images `[n, h, w, c]`.

    With `settle` the codes are spread before the first step, which short ones need (`ConvAutoencoder.settle`).
    The encoder sees the images as `corrupt` leaves them, drawn anew in every step; the target stays clean, and so
    do the scores. With a `checkpoint` file the state is kept there every half minute, and at Ctrl-C, which raises
    `Stopped` after the step under way; `resume` goes on from it. Of the `held_out` images at most 1000 are scored
    after every epoch (`test_loss`, `test_psnr`, ...). `on_epoch` is called with the history so far. With
    `options.minutes` the learning rate follows the clock where that is ahead of the steps, so two such runs may
    differ; without it the same call gives the same weights.

    Raises `InputError` when the images do not suit the model, the checkpoint is not of the same call, or the loss is
    no longer finite.
    """
    return _Run(model, method, images, options, corrupt, held_out, checkpoint, on_epoch, report).go(resume, settle)


class _Run:
    """One training run: the state that a checkpoint holds, and the loop over it."""

    def __init__(
        self, model: ConvAutoencoder, method: Method, images: Pixels, options: Training,
        corrupt: Corruption | None, held_out: Pixels | None,
        checkpoint: Path | None, on_epoch: Callable[[tuple[Row, ...]], None] | None, report: Report,
    ) -> None:  # fmt: skip
        self.device = pick_device(options.device)
        self.model = model.to(self.device).train()
        self.method, self.options, self.checkpoint = method, options, checkpoint
        self.corrupt = corrupt
        self.images = _on(self.device, images, model)
        self.held_out = None if held_out is None else _on(self.device, held_out[:1000], model)
        self.on_epoch, self.report = on_epoch, report
        self.batch = min(options.batch, len(images))
        self.per_epoch = math.ceil(len(images) / self.batch)
        epochs = options.epochs or max(EPOCHS, math.ceil(LEAST_STEPS / self.per_epoch))
        self.total = options.steps or epochs * self.per_epoch
        self.players = Players(cast(model, method, _mix(options.seed, -1)).to(self.device), options.lr)
        self.precision = Precision()
        self.step = 0
        self.history: list[Row] = []
        self.sums: dict[str, float] = {}
        self.start = self.saved = time.monotonic()

    def go(self, resume: bool, settle: bool) -> Trained:
        if resume and self.checkpoint is not None and self.checkpoint.is_file():
            self._load(self.checkpoint)
        else:
            if settle:
                self.model.settle(to_float(self.images[self._order(0)[0][:SETTLED_ON]]))
            self.precision = self._choose_precision()
            self.precision.place(self.players.networks)
        self.start = time.monotonic() - (self.start - self.saved)
        with interrupts() as interrupted:
            while self._progress() < 1:
                for index in self._order(self.step // self.per_epoch)[self.step % self.per_epoch :]:
                    self._advance(index)
                    done = self._progress() >= 1
                    if done or self.step % self.per_epoch == 0:
                        self._end_epoch()
                    if interrupted.is_set():
                        self._stop()
                    if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
                        self._save()
                    if done:
                        break
        self.model.eval()
        return Trained(tuple(self.history), self.step, self.precision, time.monotonic() - self.start)

    def _progress(self) -> float:
        """How much is done, 0 to 1 and beyond: by steps, or by the clock where that is ahead."""
        limit = self.options.minutes
        by_clock = (time.monotonic() - self.start) / (60 * limit) if limit and self.step else 0.0
        return max(self.step / self.total, by_clock)

    def _order(self, epoch: int) -> tuple[Tensor, ...]:
        generator = torch.Generator().manual_seed(_mix(self.options.seed, 2 * epoch))
        order: tuple[Tensor, ...] = torch.split(torch.randperm(len(self.images), generator=generator), self.batch)
        return order

    def _advance(self, index: Tensor) -> None:
        progress = self._progress()
        warm_up = min(1.0, (self.step + 1) / max(1, min(200, self.total // 10)))
        self.players.set_lr(self.options.lr * warm_up * 0.5 * (1 + math.cos(math.pi * min(progress, 1))))
        terms = self._do_step(self.players, index, self.precision)
        self.step += 1
        for name, value in terms.items():
            self.sums[name] = self.sums.get(name, 0.0) + value * len(index)
        if not math.isfinite(terms["loss"]):
            loss, lr = terms["loss"], self.options.lr / 4
            raise InputError(f"a loss of {loss} at step {self.step}", "finite losses", f"try --lr {lr:g}")
        self.report(Event("train", min(self.total, int(self._progress() * self.total)), self.total, terms))

    def _do_step(self, players: Players, index: Tensor, precision: Precision) -> Row:
        generator = torch.Generator().manual_seed(_mix(self.options.seed, 2 * self.step + 1))
        clean = precision.arrange(to_float(self.images[index]))
        seen = clean if self.corrupt is None else precision.arrange(self.corrupt.apply(clean, generator))
        with precision.autocast(self.device):
            terms = self.method.terms(players.model, seen, clean, generator, players.rivals)
        players.learn(terms, self.options.clip)
        return {name: value.item() for name, value in terms.items()}

    def _choose_precision(self) -> Precision:
        chosen = self.options.precision
        if chosen != "auto":
            return Precision(chosen, channels_last=chosen == "bf16")
        if self.total < PROBE_FROM_STEPS:
            return Precision()
        self.report(Event("probe", note="trying which number format is fastest here"))
        index = self._order(0)[0]
        key = f"{self.device} {self.method} {self.model.architecture} {self.batch}"
        lr = self.options.lr
        return fastest(self.players.networks, lambda trial, p: self._do_step(Players(trial, lr), index, p), key)

    def _end_epoch(self) -> None:
        # The images of the epoch so far; a run that ends within an epoch gives a row of what it saw.
        seen = ((self.step - 1) % self.per_epoch + 1) * self.batch
        row: Row = {"epoch": self.step / self.per_epoch, "step": self.step}
        row |= {name: total / min(seen, len(self.images)) for name, total in self.sums.items()}
        self.sums = {}
        if self.held_out is not None:
            row |= score(self.model, self.method, self.held_out, self.batch, self.players.rivals)
        self.history.append(row)
        if self.on_epoch is not None:
            self.on_epoch(tuple(self.history))

    def _stop(self) -> None:
        if self.checkpoint is None:
            raise Stopped(f"stopped after {self.step} of {self.total} steps")
        self._save()
        raise Stopped(f"stopped after {self.step} of {self.total} steps; go on with the same command and --resume")

    def _save(self) -> None:
        if self.checkpoint is None:
            return
        self.saved = time.monotonic()
        header = {
            "kind": "checkpoint", "run": self._identity(), "step": self.step, "history": self.history,
            "sums": self.sums, "precision": asdict(self.precision), "seconds": self.saved - self.start,
        }  # fmt: skip
        save_tensors(self.checkpoint, self.players.state(), header)

    def _load(self, path: Path) -> None:
        tensors, header = load_tensors(path, "checkpoint")
        for name, now in self._identity().items():
            before = header["run"].get(name)
            if before != now:
                raise InputError(f"{path} to resume with {name} {now}", f"{before}, as before", "use the same options")
        self.precision = Precision(**header["precision"])
        self.precision.place(self.players.networks)
        self.players.load(tensors)
        self.step, self.history, self.sums = header["step"], header["history"], header["sums"]
        self.saved = self.start - header["seconds"]

    def _identity(self) -> dict[str, Any]:
        """What makes two runs the same one, as JSON."""
        return {
            "method": str(self.method), "corrupt": self.corrupt and str(self.corrupt),
            **self.model.architecture, "images": len(self.images),
            **self.options.to_json(),
        }  # fmt: skip


@torch.no_grad()
def score(
    model: ConvAutoencoder, method: Method, images: Tensor, batch: int = 128, rivals: Rivals | None = None
) -> Row:
    """The means of a method's loss terms (`test_...`) and of the PSNR in dB over uint8 images `[n, h, w, c]`.

    Repeatable: the noise of methods that sample is seeded. Without its trained `rivals` an adversarial method
    is scored against new ones.
    """
    rivals = rivals_of(cast(model, method, 0)) if rivals is None else rivals
    training = model.training
    model.eval()
    device = next(model.parameters()).device
    sums: Row = {}
    for start in range(0, len(images), batch):
        clean = to_float(images[start : start + batch].to(device))
        terms = method.terms(model, clean, clean, torch.Generator().manual_seed(start), rivals)
        terms["psnr"] = psnr(model.decode(model.encode(clean)), clean).mean()
        for name, value in terms.items():
            sums[f"test_{name}"] = sums.get(f"test_{name}", 0.0) + value.item() * len(clean) / len(images)
    model.train(training)
    return sums


def pick_device(name: str) -> torch.device:
    """The device of that name; `auto` is CUDA or MPS where present, else the CPU. Raises `InputError` if absent."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, here in present.items() if here))
    if not present[name]:
        raise InputError(
            f"--device {name}", ", ".join(d for d, here in present.items() if here), "this machine has no other"
        )
    return torch.device(name)


def _on(device: torch.device, images: Pixels, model: ConvAutoencoder) -> Tensor:
    """The images as a tensor on the device; `InputError` if there are none or they are not what the model takes."""
    c, h, w = model.image_shape
    if not len(images) or images.shape[1:] != (h, w, c):
        raise InputError(f"images {list(images.shape)}", f"[1 or more, {h}, {w}, {c}]", "make them fit the model")
    # Torch takes neither read-only nor mirrored arrays; such are copied.
    return torch.from_numpy(np.require(images, None, ["C", "W"])).to(device)


def _mix(seed: int, counter: int) -> int:
    """A generator's seed from a run's seed and a counter; hashed, as torch heeds but the low 32 bits on a CPU."""
    return int.from_bytes(hashlib.sha256(f"{seed} {counter}".encode()).digest()[:4])
