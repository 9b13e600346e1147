"""What each loss and each kind of noise keeps of the images: reconstructions, and what they miss."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from segue.commands.runs import open_model
from segue.commands.studies.manifold.plan import NOISE, Plan
from segue.commands.studies.workspace import Workspace
from segue.core.images import Pixels, to_float, write_image
from segue.core.numerics import gradient_energy
from segue.core.types import Floats
from segue.data.datasets import ImageSet
from segue.evaluation.metrics.nearest import draw_indices
from segue.latent.interpolation import decode
from segue.latent.space import encode
from segue.render.report import Picture, Section, Table
from segue.training.losses import psnr, structural_similarity

BLOCK_PX = 8  # of the blocks whose means "filling" compares
MEASURED = 400  # images
_SHOWN = 8
LEAST_VARIETY = 0.1  # below which a model has not learned to tell images apart
NOISES = (None, "gaussian:sigma=0.1", NOISE, "gaussian:sigma=0.5", "mask:ratio=0.1", "mask:ratio=0.2", "mask:ratio=0.5")


@dataclass(frozen=True)
class Quality:
    """What reconstructions keep: mean square error per value, PSNR in dB, SSIM, and of the parts that move

    the shares that are missed, of their edges and of their filling: the mean square error of the differences between
    neighbouring values, and of the means of blocks of 8x8, each over that of the set's mean image. 0 misses nothing, 1
    is no better than the mean image. `sharpness` is the gradient energy of the reconstructions over the images',
    `variety` their variance over the set over the images': 0 if all are the same picture.
    """

    mse: float
    psnr: float
    ssim: float
    edges: float
    filling: float
    sharpness: float
    variety: float

    @property
    def learned(self) -> bool:
        """Whether it tells images apart at all."""
        return self.variety >= LEAST_VARIETY


def measure_quality(images: Pixels, decoded: Pixels, mean: Floats) -> Quality:
    """Measure what reconstructions keep of images.

    Args:
        images: uint8 `[n, h, w, c]`.
        decoded: Their reconstructions, of the same shape.
        mean: The mean image of the set, `[h, w, c]`, 0 to 255.

    >>> images = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 1)).astype(np.uint8)
    >>> same = measure_quality(images, images, images.mean(0))
    >>> same.mse, same.edges, same.filling, same.sharpness
    (0.0, 0.0, 0.0, 1.0)
    """
    x, y = images / 255, decoded / 255
    blind = np.broadcast_to(mean / 255, x.shape)
    clean, again = to_float(images), to_float(decoded)
    energy = [sum(map(gradient_energy, group)) for group in (decoded, images)]
    return Quality(
        mse=float(np.square(x - y).mean()),
        psnr=float(psnr(again, clean).mean()),
        ssim=float(structural_similarity(again, clean).mean()),
        edges=measure_gradient_error(x, y) / measure_gradient_error(x, blind),
        filling=measure_block_error(x, y) / measure_block_error(x, blind),
        sharpness=energy[0] / energy[1],
        variety=float(y.var(0).mean() / x.var(0).mean()),
    )


def measure_gradient_error(a: Floats, b: Floats) -> float:
    """The mean square error between the differences of neighbouring values of `[n, h, w, c]`, across and down."""
    return float(sum(np.square(np.diff(a - b, axis=axis)).mean() for axis in (1, 2)))


def measure_block_error(a: Floats, b: Floats) -> float:
    """The mean square error between the means of the 8x8 blocks of `[n, h, w, c]`, what is over left out.

    >>> measure_block_error(np.zeros((1, 9, 8, 1)), np.ones((1, 9, 8, 1)))
    1.0
    """
    n, h, w, c = a.shape
    rows, columns = h // BLOCK_PX, w // BLOCK_PX
    apart = (a - b)[:, : rows * BLOCK_PX, : columns * BLOCK_PX]
    return float(np.square(apart.reshape(n, rows, BLOCK_PX, columns, BLOCK_PX, c).mean((2, 4))).mean())


def measure_run(run: Path, images: ImageSet) -> tuple[Quality, Pixels]:
    """Measure what a run keeps of images drawn from the set.

    Args:
        run: The folder of the run.
        images: The set.

    Returns:
        The quality, and the reconstructions of the few images that are shown.
    """
    model, _ = open_model(run)
    some = images.images[draw_indices(len(images), MEASURED, 0)]
    shown = images.images[draw_indices(len(images), _SHOWN, 0)]
    again, few = (decode(model, encode(model, part)) for part in (some, shown))
    return measure_quality(some, again, images.images.mean(0, dtype=np.float64)), few


def train_losses(workspace: Workspace, plan: Plan) -> dict[str, Path]:
    """A run with a code of two numbers for each weighting of the losses."""
    return {
        name: train(workspace, plan, f"2d-{name.lower()}", method=f"ae:loss={loss}", steps=plan.steps)
        for name, loss in plan.losses.items()
    }


def train(
    workspace: Workspace,
    plan: Plan,
    name: str,
    *,
    data: str | None = None,
    method: str = "ae",
    latent: int = 2,
    corrupt: str | None = NOISE,
    steps: int | None = None,
    lr: float | None = None,
) -> Path:
    """Train a run of the study's size.

    Args:
        workspace: Where the study works.
        plan: How much of everything.
        name: Of the run.
        data: The image set; without it, the one of two factors.
        method: The training rule.
        latent: Numbers of the code.
        corrupt: What the encoder's images are corrupted by; by default the source's noise.
        steps: Training steps; without it, those of models that are compared among themselves.
        lr: The learning rate; without it, the plan's.

    Returns:
        The folder of the run.
    """
    return workspace.train(
        name,
        data or plan.two,
        method=method,
        latent=latent,
        corrupt=corrupt,
        width=plan.width,
        batch=plan.batch,
        steps=steps or plan.short,
        lr=lr or plan.lr,
        pictures=0,
    )


def report_losses(
    workspace: Workspace, plan: Plan, images: ImageSet, runs: dict[str, Path]
) -> tuple[Section, dict[str, Quality]]:
    """The three losses, side by side."""
    from segue.render.strip import Row, strip

    found = {name: measure_run(run, images) for name, run in runs.items()}
    rows = [Row("images", images.images[draw_indices(len(images), _SHOWN, 0)])]
    rows += [Row(f"{name}: {plan.losses[name]}", few) for name, (_, few) in found.items()]
    write_image(workspace.figure_path("losses.png"), strip(rows))
    qualities = {name: each for name, (each, _) in found.items()}
    mse, both, seen = qualities["MSE"], qualities["both"], qualities["perceptual"]
    caption = (
        "The same images through three autoencoders with a code of two numbers that differ in the loss alone. MSE "
        f"alone has {mse.sharpness:.0%} of the images' gradient energy, both {both.sharpness:.0%}, the perceptual loss "
        f"alone {seen.sharpness:.0%}; of the filling (means of 8x8 blocks) they miss {mse.filling:.0%}, "
        f"{both.filling:.0%} and {seen.filling:.0%}."
    )
    table = Table(
        "losses",
        "Reconstruction by loss. Edges and filling: the share that is missed, 1 being the set's mean image; "
        "sharpness: gradient energy over the images', variety: variance over the images', both best at 1.",
        ("loss", *_HEADS),
        tuple((plan.losses[name], *_cells(each)) for name, each in qualities.items()),
    )
    text = LOSSES_TEXT.format(network="VGG-16" if plan.network == "vgg16" else "SqueezeNet")
    return Section("Three losses", text, (Picture(workspace.figure_path("losses.png"), caption), table)), qualities


LOSSES_TEXT = """
The mean square error compares pixel with pixel, so that an edge which is a pixel off costs as much as one that is
missing, and blurring is cheap. A perceptual loss compares what a network that has learned to see, here {network},
makes of the two images. The source weighs the two 1 and 0, 0.7 and 0.3, 0 and 1; so did we.

In our units both losses are means per value, and the perceptual one compares unit vectors, so that the source's weights
do not buy the same mixture here: 0.7 and 0.3 leaves the perceptual term the larger of the two.
"""

_HEADS = ("MSE x1e3", "PSNR, dB", "SSIM", "edges missed", "filling missed", "sharpness", "variety")


def _cells(each: Quality) -> tuple[float, ...]:
    """Its figures, in the order of `_HEADS`."""
    return (1e3 * each.mse, *list(asdict(each).values())[1:])


def report_noise(workspace: Workspace, plan: Plan, images: ImageSet) -> tuple[Section, dict[str, Quality], Path]:
    """One kind of noise after the other, all else alike, and the run with the source's best."""
    wanted = workspace.either((NOISES[1], NOISE, NOISES[3], NOISES[5]), NOISES)
    runs = {
        noise or "none": train(workspace, plan, f"noise-{_collect(noise or 'none')}", corrupt=noise) for noise in wanted
    }
    qualities = {name: measure_run(run, images)[0] for name, run in runs.items()}
    best = min(qualities, key=lambda name: qualities[name].mse)
    table = Table(
        "noises",
        "Reconstruction of clean images by the noise that the encoder saw in training; the lowest MSE is "
        f"that of {best}. The columns are as in the table of losses.",
        ("noise", *_HEADS),
        tuple((name, *_cells(each)) for name, each in qualities.items()),
    )
    return Section("Noise", NOISE_TEXT.format(steps=plan.short), (table,)), qualities, runs[NOISE]


NOISE_TEXT = """
A denoising autoencoder sees a corrupted image and has to reconstruct the clean one. The source added Gaussian noise
with a standard deviation of 0.1, 0.2 or 0.5 (white being 1), or set as large a share of the pixels to black. Each of
these is one training of {steps:,} steps with one seed, so that small differences say little.
"""


def _collect(name: str) -> str:
    return name.replace(":", "-").replace("=", "-").replace(".", "")
