"""Stress a trained run: what it reconstructs from corrupted images, as a sheet and as numbers."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from segue.commands.evaluate import mean_interval
from segue.commands.record import choose_epochs, epoch_file
from segue.commands.runs import DATA, RUN, load_images, open_model
from segue.core.choices import Checked, needed, option
from segue.core.errors import InputError
from segue.core.images import PICTURES, atomic_write, check_writable, to_float, to_uint8, write_image
from segue.core.own_choices import TRUST_CODE, check_trust
from segue.core.progress import Event, Report, silent
from segue.core.types import Interval
from segue.data.corruptions import Corruption, Description, Rotate90, corruption
from segue.data.datasets import ImageSet
from segue.evaluation.representation import share_interval
from segue.latent.space import limit_batch
from segue.models.autoencoder import Autoencoder
from segue.render.strip import Row, strip
from segue.training.losses import psnr, structural_similarity

COMPARED = ("clean", "seen", "control")
_MEASURES = ("mse", "psnr", "ssim")


@dataclass(frozen=True)
class StressRequest(Checked):
    """What `segue stress` asks for."""

    examples = (
        "stress runs/mnist -o stress.png",
        "stress runs/mnist -o stress.png --corrupt jigsaw:grid=3 --epoch all --csv errors.csv",
    )

    run: Path = needed(help=RUN)
    out: Path = needed(help="contact sheet (.png): the corrupted images, their reconstructions, the clean images")
    corrupt: str | Corruption | None = option(
        None,
        "corruption of the encoder's input: rotate90, jigsaw:grid=3, mask+blur (default: as in training, or rotate90)",
        group="Images",
    )
    epoch: str | None = option(
        None, "saved epochs (train --keep) to measure: 1+20, or all (default: the finished model)", group="Images"
    )
    count: int = option(8, "number of images shown", low=1, high=1000, group="Output")
    images: int = option(1000, "maximum number of test images to measure, drawn at random", low=1, group="Images")
    csv: Path | None = option(None, "also write the errors of every image, to this file (.csv)", group="Output")
    seed: int = option(0, "random seed", low=0, high=2**31 - 1, group="Advanced")
    data: str | None = option(None, DATA, group="Advanced")
    data_dir: Path | None = option(
        None, "folder of named image sets (default: SEGUE_DATA, or the cache)", group="Advanced"
    )
    trust_code: bool = option(False, TRUST_CODE, group="Advanced")


@dataclass(frozen=True)
class Errors:
    """Means over so many images, each with its 95 % interval: squared error (white is 1), PSNR in dB, SSIM.

    The interval is NaN for one image; of a few it is too narrow.
    """

    images: int
    mse: Interval
    psnr: Interval
    ssim: Interval


@dataclass(frozen=True)
class Stressed:
    """How the model of an epoch (None: the finished one) fares.

    - `clean`: what it reconstructs from the corrupted image, against the clean one;
    - `seen`: the same against the corrupted image;
    - `control`: what it reconstructs from the clean image, against that;
    - `undone`: the share in percent, with its 95 % interval, of the images that were changed whose reconstruction is
      nearer to the clean image than to the corrupted one, by squared error; None where none was changed;
    - `by`: `clean` apart for each kind of what was done, such as "K = 1 (90 degrees)"; empty where there are no kinds.
    """

    epoch: int | None
    clean: Errors
    seen: Errors
    control: Errors
    undone: Interval | None
    by: dict[str, Errors]


@dataclass(frozen=True)
class StressResult:
    """The sheet, the table of all images if any, and the figures of each epoch on the same corrupted images."""

    out: Path
    csv: Path | None
    corrupt: str
    part: str
    images: int
    epochs: tuple[Stressed, ...]


@dataclass(frozen=True)
class _Measurements:
    """What was done to each of `n` images; by epoch, errors `[n, compared, measures]`; the pictures to show."""

    done: list[Description]
    errors: dict[int | None, Tensor]
    shown: list[int]
    seen: Tensor
    decoded: dict[int | None, Tensor]
    clean: Tensor


def run_stress(request: StressRequest, report: Report = silent) -> StressResult:
    """Corrupt images of a run's test part (of its training part where it has no other), reconstruct and compare them.

    Args:
        request: the run, the epochs, and the corruption.
        report: receives the progress.

    Returns:
        the files, and the errors of each epoch on the same corrupted images.

    Raises:
        InputError: a run, an epoch or images are not there, the corruption does not exist, or a file cannot be written.
    """
    _check_files(request)
    models, about = _open_models(request)
    if request.corrupt is None:
        check_trust(about.get("corrupt"), f"corruption of {request.run}", request.trust_code)
    chosen = corruption(request.corrupt) or corruption(about.get("corrupt")) or Rotate90()
    data = load_images(about, request.data_dir, report)
    part, whole = ("train", data.train) if data.test is None else ("test", data.test)
    images = whole.sample(request.images, request.seed)
    found = _measure(models, images, chosen, request, report)
    write_image(request.out, strip(_make_rows(found), title=f"{Path(about['data']).name}, {chosen}"))
    if request.csv is not None:
        _write_csv(request.csv, images.ids, found)
    figures = tuple(_summarize(epoch, errors, found.done) for epoch, errors in found.errors.items())
    return StressResult(
        out=request.out, csv=request.csv, corrupt=str(chosen), part=part, images=len(images), epochs=figures
    )


def format_result(result: StressResult) -> str:
    """The result in words, as a terminal shows it."""
    lines = [f"sheet       {result.out}", f"            {result.corrupt} on {result.images} {result.part} images"]
    if result.csv is not None:
        lines.append(f"table       {result.csv}")
    for stressed in result.epochs:
        compared = {
            "against the clean image": stressed.clean,
            **{f"  {kind}": errors for kind, errors in stressed.by.items()},
            "against what was seen": stressed.seen,
            "undisturbed": stressed.control,
        }
        width = max(map(len, compared))
        name = "model" if stressed.epoch is None else f"epoch {stressed.epoch}"
        lines.append(f"{name:<{width + 2}}  images  {'MSE':<18}  {'PSNR (dB)':<14}  SSIM")
        lines += [f"  {label:<{width}}  {_format_errors(errors)}" for label, errors in compared.items()]
        if stressed.undone is not None:
            share, low, high = stressed.undone
            lines.append(f"  undone in {share:.1f} % ({low:.1f} to {high:.1f}) of the images that were changed")
    return "\n".join(lines)


def _format_errors(errors: Errors) -> str:
    def formatted(figure: Interval, digits: int) -> str:
        half = figure[0] - figure[1]
        return f"{figure[0]:.{digits}f}" + (f" +/- {half:.{digits}f}" if math.isfinite(half) else "")

    mse, decibels, ssim = formatted(errors.mse, 4), formatted(errors.psnr, 2), formatted(errors.ssim, 3)
    return f"{errors.images:>6}  {mse:<18}  {decibels:<14}  {ssim}"


def _check_files(request: StressRequest) -> None:
    for path, kinds in ((request.out, PICTURES), (request.csv, (".csv",))):
        if path is not None:
            if path.suffix.lower() not in kinds:
                raise InputError(f"output {path.name}", ", ".join(kinds), "a name that ends in one of these")
            check_writable(path)


def _open_models(request: StressRequest) -> tuple[dict[int | None, Autoencoder], dict[str, Any]]:
    """The model of each requested epoch, and what is known of the run."""
    epochs = [None] if request.epoch is None else choose_epochs(request.run, request.epoch)
    models: dict[int | None, Autoencoder] = {}
    for epoch in epochs:
        path = request.run if epoch is None else epoch_file(request.run, epoch)
        models[epoch], about = open_model(path, request.data, trust_code=request.trust_code)
    return models, about


@torch.no_grad()
def _measure(
    models: dict[int | None, Autoencoder], images: ImageSet, chosen: Corruption, request: StressRequest, report: Report
) -> _Measurements:
    """All models on the same corrupted images, a batch at a time."""
    n = len(images)
    # Evenly apart, since sets of folders have class after class.
    shown = np.linspace(0, n - 1, min(request.count, n)).round().astype(int).tolist()
    generator = torch.Generator().manual_seed(request.seed)
    batch = min(limit_batch(128, model) for model in models.values())
    done: list[Description] = []
    seen: list[Tensor] = []
    decoded: dict[int | None, list[Tensor]] = {epoch: [] for epoch in models}
    errors: dict[int | None, list[Tensor]] = {epoch: [] for epoch in models}
    for start in range(0, n, batch):
        clean = to_float(images.images[start : start + batch])
        corrupted, of_these = chosen.apply_and_describe(clean, generator)
        here = [i - start for i in shown if start <= i < start + batch]
        done += of_these
        seen.append(corrupted[here])
        for epoch, model in models.items():
            again, control = (model.decode(model.encode(x)) for x in (corrupted, clean))
            decoded[epoch].append(again[here])
            pairs = (again, clean), (again, corrupted), (control, clean)
            errors[epoch].append(torch.stack([_measure_batch(*pair) for pair in pairs], 1))
        report(Event("stress", min(start + batch, n), n))
    return _Measurements(
        done=done,
        errors={epoch: torch.cat(parts) for epoch, parts in errors.items()},
        shown=shown,
        seen=torch.cat(seen),
        decoded={epoch: torch.cat(parts) for epoch, parts in decoded.items()},
        clean=to_float(images.images[shown]),
    )


def _measure_batch(decoded: Tensor, target: Tensor) -> Tensor:
    """`_MEASURES` of each image, `[n, 3]`."""
    mse = (decoded - target).square().flatten(1).mean(1)
    return torch.stack([mse, psnr(decoded, target), structural_similarity(decoded, target)], 1)


def _make_rows(found: _Measurements) -> list[Row]:
    above = tuple("\n".join(found.done[i].lines) for i in found.shown)
    rows = [Row("seen by the encoder", to_uint8(found.seen), above=above if any(above) else ())]
    for epoch, pictures in found.decoded.items():
        title = "reconstruction" if epoch is None else f"epoch {epoch}"
        decibels = found.errors[epoch][found.shown, COMPARED.index("clean"), _MEASURES.index("psnr")].tolist()
        rows.append(Row(title, to_uint8(pictures), tuple(f"{value:.1f} dB" for value in decibels)))
    return [*rows, Row("clean target", to_uint8(found.clean))]


def _summarize(epoch: int | None, errors: Tensor, done: list[Description]) -> Stressed:
    clean, seen, control = (_mean_errors(part) for part in errors.unbind(1))
    to_clean, to_seen = errors[:, 0, 0], errors[:, 1, 0]
    nearer = (to_clean < to_seen)[to_clean != to_seen].numpy()
    undone = share_interval(nearer) if len(nearer) else None
    kinds = sorted({kind for one in done for kind in one.kinds}, key=_sort_key)
    by = {kind: _mean_errors(errors[[kind in one.kinds for one in done], 0]) for kind in kinds}
    return Stressed(epoch=epoch, clean=clean, seen=seen, control=control, undone=undone, by=by)


def _sort_key(kind: str) -> list[str | int]:
    """A key to sort by, in which 9 comes before 10."""
    return [int(piece) if piece.isdecimal() else piece for piece in re.split(r"(\d+)", kind)]


def _mean_errors(measured: Tensor) -> Errors:
    mse, decibels, ssim = (mean_interval(values) for values in measured.unbind(1))
    return Errors(images=len(measured), mse=mse, psnr=decibels, ssim=ssim)


def _write_csv(path: Path, ids: tuple[str, ...], found: _Measurements) -> None:
    names = [f"{compared}_{measure}" for compared in COMPARED for measure in _MEASURES]
    with atomic_write(path) as beside, beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", "id", "done", *names])
        for epoch, errors in found.errors.items():
            for name, done, row in zip(ids, found.done, errors.flatten(1).tolist(), strict=True):
                figures = [f"{value:.6g}" for value in row]
                writer.writerow(["" if epoch is None else epoch, name, ", ".join(done.lines), *figures])
