"""Autoencoders: what encodes and decodes, what can be trained, and the model of segue."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segue.core.cache import digest
from segue.core.errors import InputError
from segue.models import nets

Scale: TypeAlias = Literal["set", "pixel"] | None
"""Which error a decoder gives: one of the whole image set, one of each pixel, or none."""

FIRST_SCALE, SCALE_SPEED = -0.2, 10.0
"""A set's log-error is `SCALE_SPEED` times its parameter, so that at Adam's speed it follows a falling error."""


class Autoencoder(Protocol):
    """Anything that encodes and decodes images of one shape.

    `image_shape` is `(c, h, w)`, `latent_shape` the shape of one code, `(d,)` for a flat one. `encode` is
    deterministic; `decode` gives values in [0, 1].
    """

    image_shape: tuple[int, int, int]
    latent_shape: tuple[int, ...]

    def encode(self, x: Tensor) -> Tensor:
        """Encode images; deterministic.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            Codes `[n, *latent_shape]`.
        """

    def decode(self, z: Tensor) -> Tensor:
        """Decode codes.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Images `[n, *image_shape]`, 0 to 1.
        """


class Statistics(NamedTuple):
    """What an encoder says of images.

    Args:
        mean: the code, or the mean of its posterior, `[n, latent]`, or `[n, latent, cells, cells]` for spatial codes.
        log_variance: of a Gaussian posterior, the log of the variance of each entry; None for a code alone.
        classes: logits `[n, classes]` of the class of each image; None where the code has no class.
    """

    mean: Tensor
    log_variance: Tensor | None = None
    classes: Tensor | None = None


class TrainableAutoencoder(nn.Module, ABC):
    """What training needs from a model: `ConvAutoencoder`, or networks of one's own in an `OwnAutoencoder`.

    `image_shape` is `(c, h, w)` and `latent_shape` the shape of one code. `architecture` is JSON that tells one model
    from another; `width` is how wide critics beside it should be, in channels of their first stage; `classes` is the
    number of classes whose probabilities a code ends in, 0 for none.
    """

    image_shape: tuple[int, int, int]
    latent_shape: tuple[int, ...]
    architecture: dict[str, Any]
    width: int
    classes: int

    @abstractmethod
    def statistics(self, x: Tensor) -> Statistics:
        """Run the encoder.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            The mean code, and where the model has them, log-variances and class logits.
        """

    @abstractmethod
    def code(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """Append the class to codes, where the codes of the model have one.

        Args:
            z: `[n, latent]`, or `[n, *latent_shape]`.
            labels: int64 `[n]`.

        Returns:
            `[n, *latent_shape]`.
        """

    @abstractmethod
    def logits(self, z: Tensor) -> Tensor:
        """Decode, up to the sigmoid.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            `[n, *image_shape]`, any real numbers.
        """

    @abstractmethod
    def emit(self, z: Tensor) -> tuple[Tensor, Tensor | None]:
        """Decode, with the log of the decoder's own error.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Logits, and the log-error, which broadcasts to them; None where the decoder gives none.
        """

    @abstractmethod
    def init_output_bias(self, x: Tensor) -> None:
        """Let the decoder start at the mean colour of images, where it has a bias for that.

        Args:
            x: `[n, *image_shape]`, 0 to 1.
        """

    @abstractmethod
    def encode(self, x: Tensor) -> Tensor:
        """Encode images; deterministic.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            Codes `[n, *latent_shape]`, the means where the encoder gives a distribution.
        """

    @abstractmethod
    def decode(self, z: Tensor) -> Tensor:
        """Decode codes.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Images `[n, *image_shape]`, 0 to 1.
        """

    @abstractmethod
    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw codes from the prior.

        Args:
            count: how many.
            generator: decides them.

        Returns:
            `[count, *latent_shape]`.
        """


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw weights by a seed, and leave torch's global generator as it was.

    Args:
        seed: of the weights that are made in the block, on the CPU.

    Yields:
        Nothing.

    >>> with seeded(0):
    ...     one = nn.Linear(2, 2)
    >>> with seeded(0):
    ...     other = nn.Linear(2, 2)
    >>> bool((one.weight == other.weight).all())
    True
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


class ConvAutoencoder(TrainableAutoencoder):
    """The autoencoder of segue: the networks of `segue.models.nets`, with a code between them.

    Args:
        image_shape: `(c, h, w)`, any sizes from 1 up.
        latent: numbers in a code, or with a `grid` in each of its cells; from 1 up.
        width: channels of the first stage, from 2 up.
        statistics: numbers that the encoder gives per code entry: 1, the code itself; 2, the mean and log-variance of a
            Gaussian posterior.
        grid: for a spatial code, `[latent, rows, columns]` with at most `grid` cells along the shorter side; None: a
            flat one, `[latent]`.
        classes: how many classes a flat code ends in the probabilities of; 0 for none. The encoder guesses them from
            the image and the decoder sees them, so that a path between two codes goes from class to class as well (the
            supervised case of Kingma et al. 2014, arXiv 1406.5298).
        scale: whether the decoder also gives the log of its own error: one for the whole image `set`, one for each
            `pixel`, or None.

    Raises:
        InputError: both a grid and classes are asked for.

    >>> model = ConvAutoencoder((1, 28, 28), latent=2, width=8)
    >>> model.decode(model.encode(torch.zeros(5, 1, 28, 28))).shape
    torch.Size([5, 1, 28, 28])
    >>> ConvAutoencoder((3, 64, 64), latent=4, width=8, grid=8).latent_shape
    (4, 8, 8)
    """

    def __init__(
        self,
        image_shape: tuple[int, int, int],
        *,
        latent: int = 32,
        width: int = 32,
        statistics: int = 1,
        grid: int | None = None,
        classes: int = 0,
        scale: Scale = None,
    ) -> None:
        super().__init__()
        if grid and classes:
            raise InputError(f"a grid of {grid} with {classes} classes", "one of the two", "leaving the grid out")
        self.architecture = {
            "image_shape": list(image_shape),
            "latent": latent,
            "width": width,
            "statistics": statistics,
            "grid": grid,
            "classes": classes,
            "scale": scale,
        }
        self.image_shape = image_shape
        self.width, self.latent, self.classes = width, latent, classes
        cells = nets.stages(image_shape, width, grid)[-1][1:] if grid else ()
        self.latent_shape: tuple[int, ...] = (latent + classes, *cells)
        self.parts = [latent] * statistics + [classes] * bool(classes)
        channels, height, across = image_shape
        maps = (channels * (2 if scale == "pixel" else 1), height, across)
        self.encoder = nets.encoder(image_shape, sum(self.parts), width, grid)
        self.decoder = nets.decoder(maps, latent + classes, width, grid)
        self.scale = nn.Parameter(torch.tensor(FIRST_SCALE)) if scale == "set" else None

    def statistics(self, x: Tensor) -> Statistics:
        """Run the encoder.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            The mean code, `[n, latent]` or `[n, latent, rows, columns]`; the log-variance, -20 to 20, with two
            statistics; and class logits `[n, classes]`, with classes.
        """
        parts = list(self.encoder(x).float().split(self.parts, dim=1))
        classes = parts.pop() if self.classes else None
        return Statistics(parts[0], parts[1].clamp(-20, 20) if len(parts) > 1 else None, classes)

    def code(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """Append the class to codes, where the codes of the model have one.

        Args:
            z: `[n, latent]`, or `[n, *latent_shape]` for a model without classes.
            labels: int64 `[n]`, 0 to `classes - 1`; not used by a model without classes.

        Returns:
            `[n, *latent_shape]`: `z` and the one-hot class; `z` itself without classes.

        Raises:
            InputError: the model has classes, and `labels` is None.
        """
        if not self.classes:
            return z
        if labels is None:
            raise InputError("images without labels", "labels, which are part of the code", "a set with labels")
        return torch.cat([z, F.one_hot(labels, self.classes).to(z)], 1)

    def logits(self, z: Tensor) -> Tensor:
        """Decode, up to the sigmoid.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            `[n, *image_shape]`, any real numbers.
        """
        return self.emit(z)[0]

    def emit(self, z: Tensor) -> tuple[Tensor, Tensor | None]:
        """Decode, up to the sigmoid, with the log of the decoder's own error.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Logits `[n, *image_shape]`, and the log-error: a scalar for the whole set, `[n, *image_shape]` for each
            pixel, or None.
        """
        out = self.decoder(z).float()
        if self.scale is not None:
            return out, self.scale * SCALE_SPEED
        channels = self.image_shape[0]
        return out[:, :channels], out[:, channels:] if out.shape[1] > channels else None

    @torch.no_grad()
    def init_output_bias(self, x: Tensor) -> None:
        """Let the decoder start at the mean colour of images, rather than at grey.

        From grey, all pixels move at once towards the black of mostly black images, and past it to where the sigmoid is
        flat.

        Args:
            x: `[n, *image_shape]`, 0 to 1.
        """
        last = self.decoder[-1]
        assert isinstance(last, nn.Conv2d) and last.bias is not None  # noqa: S101 - for the type checker
        last.bias[: x.shape[1]] = x.mean((0, 2, 3)).clamp(1 / 255, 254 / 255).logit()

    def encode(self, x: Tensor) -> Tensor:
        """Encode images; deterministic.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            Codes `[n, *latent_shape]`: the means, and with classes their probabilities.
        """
        mean, _, classes = self.statistics(x)
        return mean if classes is None else torch.cat([mean, classes.softmax(1)], 1)

    def decode(self, z: Tensor) -> Tensor:
        """Decode codes.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Images `[n, *image_shape]`, 0 to 1.
        """
        return self.logits(z).sigmoid()

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw codes from the prior: `N(0, I)`, and a class with equal probabilities where the codes have one.

        Args:
            count: how many.
            generator: decides them.

        Returns:
            `[count, *latent_shape]`, on the CPU.
        """
        z = torch.randn(count, self.latent, *self.latent_shape[1:], generator=generator)
        labels = torch.randint(self.classes, (count,), generator=generator) if self.classes else None
        return self.code(z, labels)


def model_digest(model: Autoencoder) -> str:
    """Compute the sha256 of a model: of its class, its shapes and its weights.

    A model with code of another package is also told by its reconstruction of one image of noise, since a class of the
    same name and weights may compute something else.

    Args:
        model: a torch module.

    Returns:
        64 hex digits: the same for two models of the same class and shape with the same weights.

    Raises:
        InputError: the model is no torch module, or has no parameters, so that no weights tell it from others.
    """
    if not (isinstance(model, nn.Module) and has_weights(model)):
        raise InputError(f"a {type(model).__name__}, which has no weights to tell it by", "a torch module", "naming it")
    weights = sorted(model.state_dict().items())
    about = [type(model).__name__, list(model.image_shape), list(model.latent_shape), [name for name, _ in weights]]
    tensors = [tensor for _, tensor in weights]
    if not all(type(module).__module__.startswith(("torch.", "segue.")) for module in model.modules()):
        tensors.append(_reconstruct_noise(model))
    return hashlib.sha256(f"{about} {digest(*tensors)}".encode()).hexdigest()


@torch.no_grad()
def _reconstruct_noise(model: Autoencoder) -> Tensor:
    """What a model makes of an image of uniform noise, which is always the same."""
    noise = torch.rand(1, *model.image_shape, generator=torch.Generator().manual_seed(0))
    return model.decode(model.encode(noise.to(device_of(model)))).cpu()


def has_weights(model: Autoencoder) -> bool:
    """Whether a model has parameters, by which `model_digest` can tell it from others.

    Args:
        model: any model.

    Returns:
        True for a torch module with parameters; False for a plain object, also in a `Foreign`.
    """
    return isinstance(model, nn.Module) and any(True for _ in model.parameters())


def device_of(model: object) -> torch.device:
    """Find the device that a model is on.

    Args:
        model: any object.

    Returns:
        That of its first parameter; the CPU for a model without parameters, or one that is no torch module.
    """
    if not isinstance(model, nn.Module):
        return torch.device("cpu")
    return next((p.device for p in model.parameters()), torch.device("cpu"))
