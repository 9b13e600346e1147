"""The autoencoder: what every later stage sees of a model, segue's own, and its one-file format."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from segue.core.cache import digest
from segue.core.errors import InputError, missing_file, unreadable_file
from segue.core.images import atomic_write
from segue.models import nets

Scale: TypeAlias = Literal["set", "pixel"] | None
"""Whose error a decoder gives: of the whole image set, of each pixel, or none."""

FIRST_SCALE, SCALE_SPEED = -0.2, 10.0
"""A set's log-error is `SCALE_SPEED` times its parameter, so that at Adam's pace it keeps up with a falling error."""

FORMAT = 1
"""The version of the run file; a file of a newer one is refused, older ones stay readable."""


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


class ConvAutoencoder(nn.Module):
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
    def settle(self, x: Tensor) -> None:
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


def save_model(path: Path, model: ConvAutoencoder, about: dict[str, Any]) -> None:
    """Write a model to one `.safetensors` file whose header rebuilds it.

    `about` is anything JSON: the request it was trained by, the data set's digest, its figures.
    """
    save_tensors(path, model.state_dict(), {"kind": "model", "architecture": model.architecture, "about": about})


def load_model(path: Path) -> tuple[ConvAutoencoder, dict[str, Any]]:
    """A model and its `about` from a file of `save_model`, in evaluation mode on the CPU.

    Raises `InputError` for a missing, damaged or foreign file and for a newer format version.
    """
    tensors, header = load_tensors(path, "model")
    try:
        shape = dict(header["architecture"])
        model = ConvAutoencoder(tuple(shape.pop("image_shape")), **shape)
        model.load_state_dict(tensors)
        return model.eval(), header["about"]
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise _foreign(path, error) from None


def save_tensors(path: Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Tensors and a JSON header in one safetensors file, written beside and then renamed."""
    text = json.dumps({"format": FORMAT, **header})
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic_write(path) as beside:
        save_file(plain, beside, metadata={"segue": text})


def load_tensors(path: Path, kind: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The inverse of `save_tensors`, for a file whose header says it is of this kind."""
    header = read_header(path)
    if header.get("kind") != kind:
        raise InputError(f"{path} of kind {header.get('kind')!r}", f"a {kind} file", "`segue info` to see what it is")
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, header  # noqa: SIM118


def read_header(path: Path) -> dict[str, Any]:
    """The JSON header of a file of segue's, without its tensors. Raises `InputError` as `load_model`."""
    if not path.is_file():
        raise missing_file(path, "a run file of segue", "training one with `segue train`")
    try:
        with safe_open(path, "pt") as file:
            text = (file.metadata() or {}).get("segue")
    except (SafetensorError, OSError) as error:
        raise unreadable_file(path, error, "a whole .safetensors file", "copying or training it again") from None
    if text is None:
        raise InputError(
            f"{path} without segue's header", "a file written by segue", "training a run with `segue train`"
        )
    try:
        header: dict[str, Any] = json.loads(text)
        newer = header["format"] > FORMAT
    except (KeyError, TypeError, ValueError) as error:
        raise _foreign(path, error) from None
    if newer:
        raise InputError(f"{path} of format {header['format']}", f"formats up to {FORMAT}", "updating segue to read it")
    return header


def _foreign(path: Path, error: Exception) -> InputError:
    """The error for a file whose header is not what segue writes."""
    why = f"{type(error).__name__}: {error}".splitlines()[0]
    return InputError(f"{path} with a broken header ({why})", "a file written by segue", "copying or training it again")


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
