"""The autoencoder: what every later stage sees of a model, segue's own, and its one-file format."""

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
"""Whose error a decoder gives: of the whole image set, of each pixel, or none."""

FIRST_SCALE, SCALE_SPEED = -0.2, 10.0
"""A set's log-error is `SCALE_SPEED` times its parameter, so that at Adam's pace it keeps up with a falling error."""


class Autoencoder(Protocol):
    """Anything that encodes and decodes. `encode` is deterministic; `decode` gives values in [0, 1]."""

    image_shape: tuple[int, int, int]
    latent_shape: tuple[int, ...]

    def encode(self, x: Tensor) -> Tensor:
        """Images `[n, *image_shape]` in [0, 1] to codes `[n, *latent_shape]`."""

    def decode(self, z: Tensor) -> Tensor:
        """Codes `[n, *latent_shape]` to images `[n, *image_shape]` in [0, 1]."""


class Statistics(NamedTuple):
    """What an encoder says of images: the mean code, and where it has them, log-variances and class logits."""

    mean: Tensor
    log_variance: Tensor | None = None
    classes: Tensor | None = None


class TrainableAutoencoder(nn.Module, ABC):
    """What training asks of a model: `ConvAutoencoder`, or one's own networks in `OwnAutoencoder`.

    `architecture` is JSON that tells one model from another; `width` is how wide critics beside it should be, in
    channels of their first stage; `classes` is how many classes a code ends in, 0 for none.
    """

    image_shape: tuple[int, int, int]
    latent_shape: tuple[int, ...]
    architecture: dict[str, Any]
    width: int
    classes: int

    @abstractmethod
    def statistics(self, x: Tensor) -> Statistics:
        """What the encoder says of images.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            The mean code, and where the model has them log-variances and class logits.
        """

    @abstractmethod
    def code(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """Codes with the class in them, where the model has classes; else as they are.

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
    """segue's own autoencoder: the networks of `segue.models.nets` with a code between them.

    `image_shape` is `(c, h, w)`, any sizes from 1 up; `latent` the length of a code, from 1 up; `width` the
    channels of the first stage, from 2 up. The further options are what training methods ask for:

    - `grid`: a spatial code, `[latent, cells, cells]` with at most `grid` cells along the shorter side.
    - `statistics`: how many numbers per code entry the encoder gives: 1 is the code itself, 2 the mean and
      log-variance of a Gaussian posterior.
    - `classes`: a flat code ends in the probabilities of so many classes, which the encoder guesses from the image
      and the decoder is told; a path between two codes so goes from class to class as well (the supervised case of
      Kingma et al. 2014, arXiv 1406.5298).
    - `scale`: the decoder also gives the log of its own error: one for the whole image `set`, or one per `pixel`.

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
        """What the encoder says of images: tensors `[n, latent]`, or `[n, latent, cells, cells]`."""
        parts = list(self.encoder(x).float().split(self.parts, dim=1))
        classes = parts.pop() if self.classes else None
        return Statistics(parts[0], parts[1].clamp(-20, 20) if len(parts) > 1 else None, classes)

    def code(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """`z` `[n, latent]` with the class that the labels `[n]` say, where the code has a class; else `z` itself."""
        if not self.classes:
            return z
        if labels is None:
            raise InputError("images without labels", "labels, which are part of the code", "a set with labels")
        return torch.cat([z, F.one_hot(labels, self.classes).to(z)], 1)

    def logits(self, z: Tensor) -> Tensor:
        """Codes to image logits `[n, *image_shape]`."""
        return self.emit(z)[0]

    def emit(self, z: Tensor) -> tuple[Tensor, Tensor | None]:
        """Codes to image logits, and the log of the decoder's error, which broadcasts to them, where it gives one."""
        out = self.decoder(z).float()
        if self.scale is not None:
            return out, self.scale * SCALE_SPEED
        channels = self.image_shape[0]
        return out[:, :channels], out[:, channels:] if out.shape[1] > channels else None

    @torch.no_grad()
    def init_output_bias(self, x: Tensor) -> None:
        """Let the decoder start at the mean colour of images `x`, rather than at grey.

        From grey it rushes towards the black of mostly black images, all pixels alike, and past it to where the sigmoid
        is flat.
        """
        last = self.decoder[-1]
        assert isinstance(last, nn.Conv2d) and last.bias is not None  # noqa: S101 - for the type checker
        last.bias[: x.shape[1]] = x.mean((0, 2, 3)).clamp(1 / 255, 254 / 255).logit()

    def encode(self, x: Tensor) -> Tensor:
        mean, _, classes = self.statistics(x)
        return mean if classes is None else torch.cat([mean, classes.softmax(1)], 1)

    def decode(self, z: Tensor) -> Tensor:
        return self.logits(z).sigmoid()

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Codes `[count, *latent_shape]` from the prior: N(0, I); where the code has a class, any, equally likely."""
        z = torch.randn(count, self.latent, *self.latent_shape[1:], generator=generator)
        labels = torch.randint(self.classes, (count,), generator=generator) if self.classes else None
        return self.code(z, labels)


def model_digest(model: Autoencoder) -> str:
    """The sha256 over the kind of a model, its shapes and its weights.

    Args:
        model: a torch module.

    Returns:
        64 hex digits: the same for two models of one class and shape with the same weights.

    Raises:
        InputError: the model is no torch module, so that there are no weights to tell it by.
    """
    if not isinstance(model, nn.Module):
        raise InputError(f"a {type(model).__name__}, which has no weights to tell it by", "a torch module", "naming it")
    weights = sorted(model.state_dict().items())
    about = [type(model).__name__, list(model.image_shape), list(model.latent_shape), [name for name, _ in weights]]
    return hashlib.sha256(f"{about} {digest(*(tensor for _, tensor in weights))}".encode()).hexdigest()


def device_of(model: object) -> torch.device:
    """Where a model's parameters are; the CPU for a model that is no torch module."""
    if not isinstance(model, nn.Module):
        return torch.device("cpu")
    return next((p.device for p in model.parameters()), torch.device("cpu"))
