"""One's own networks as a model that every method can train."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import torch
from torch import Tensor, nn

from segue.core.errors import InputError
from segue.models.autoencoder import FIRST_SCALE, SCALE_SPEED, Scale, Statistics, TrainableAutoencoder

ALMOST = 1e-6
"""How near to 0 and 1 a decoded value is taken to be, whose logit would be infinite."""


class OwnAutoencoder(TrainableAutoencoder):
    """One's own torch module, or an encoder and a decoder, as a `TrainableAutoencoder`.

    The module has methods `encode` and `decode`, or submodules `encoder` and `decoder`. Images are `[n, c, h, w]`, 0 to
    1; codes are `[n, ...]` of any shape; decoded images are 0 to 1 (a sigmoid at the end), or logits. For `vae` and
    `vaegan` the encoder gives a pair, mean and log-variance of the code. Shapes are found by encoding and decoding one
    image. Training changes the module in place.

    Args:
        model: the module; or the encoder, with `decoder` beside it.
        decoder: the decoder, where `model` is an encoder alone.
        image_shape: `(c, h, w)` of the images.
        logits: whether decoded values are logits; else they are 0 to 1.
        width: how wide the critics of adversarial methods are beside it: channels of their first stage.
        scale: whose error a decoder of a `vae` with a Gaussian or Laplace likelihood learns: `set` or None.

    Raises:
        InputError: for what does not encode and decode, decoded images of another shape or not from 0 to 1, and an
            error for each pixel, which only segue's own decoder gives.

    >>> encoder = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    >>> decoder = nn.Sequential(nn.Linear(3, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)))
    >>> model = OwnAutoencoder(encoder, decoder, image_shape=(1, 8, 8))
    >>> model.latent_shape, model.decode(model.encode(torch.zeros(2, 1, 8, 8))).shape
    ((3,), torch.Size([2, 1, 8, 8]))
    """

    def __init__(
        self,
        model: nn.Module,
        decoder: nn.Module | None = None,
        *,
        image_shape: tuple[int, int, int],
        logits: bool = False,
        width: int = 32,
        scale: Scale = None,
    ) -> None:
        super().__init__()
        if scale == "pixel":
            raise InputError("sigma=pixel with a model of one's own", "sigma=set, or a number", "sigma=set")
        self.own = model if decoder is None else nn.ModuleDict({"encoder": model, "decoder": decoder})
        self.image_shape = (int(image_shape[0]), int(image_shape[1]), int(image_shape[2]))
        self.width, self.classes, self._logits = width, 0, logits
        self.scale = nn.Parameter(torch.tensor(FIRST_SCALE)) if scale == "set" else None
        training = self.training
        self.eval()
        with torch.no_grad():
            grey = torch.full((2, *self.image_shape), 0.5, device=next(self.parameters()).device)
            mean = self.statistics(grey).mean
            self.latent_shape = tuple(mean.shape[1:])
            self._check(_part(self.own, "decode")(mean))
        self.train(training)
        kind = type(model)
        self.architecture: dict[str, Any] = {
            "class": f"{kind.__module__}.{kind.__qualname__}",
            "image_shape": list(self.image_shape),
            "latent_shape": list(self.latent_shape),
            "logits": logits,
            "width": width,
            "scale": scale,
            "pair": decoder is not None,
        }

    @classmethod
    def from_architecture(
        cls, architecture: dict[str, Any], model: nn.Module | Callable[[], Any] | None
    ) -> OwnAutoencoder:
        """Build the model that a file describes.

        Args:
            architecture: as of the attribute of this name.
            model: the module, or what makes it without arguments; of an encoder and a decoder, both, as a pair.

        Returns:
            The model, with weights of its own.

        Raises:
            InputError: where the module is of another class, or its codes of another shape.
        """
        made = model if model is None or isinstance(model, nn.Module) else model()
        parts: Iterable[Any] = made if architecture["pair"] and isinstance(made, list | tuple) else (made,)
        channels, height, width = architecture["image_shape"]
        built = cls(
            *parts,
            image_shape=(channels, height, width),
            logits=architecture["logits"],
            width=architecture["width"],
            scale=architecture["scale"],
        )
        if built.architecture != architecture:
            differ = [key for key in architecture if architecture[key] != built.architecture[key]]
            got = ", ".join(f"{key} {built.architecture[key]}" for key in differ)
            expected = ", ".join(f"{key} {architecture[key]}" for key in differ)
            raise InputError(f"a model with {got}", expected, "the class that was saved")
        return built

    def statistics(self, x: Tensor) -> Statistics:
        """Run the encoder.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            The mean code, and where the encoder gives a pair, the log-variances.
        """
        found = _part(self.own, "encode")(x)
        pair = tuple(found) if isinstance(found, list | tuple) else (found,)
        if len(pair) > 2 or not all(isinstance(part, Tensor) and len(part) == len(x) for part in pair):
            raise InputError(
                f"a {type(found).__name__} from encode",
                f"a tensor of {len(x)} codes, or a pair of mean and log-variance",
                "returning one of these",
            )
        mean = pair[0].float()
        return Statistics(mean, pair[1].float().clamp(-20, 20) if len(pair) == 2 else None)

    def code(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """Leave codes as they are: they have no class.

        Args:
            z: `[n, *latent_shape]`.
            labels: not used.

        Returns:
            `z`.
        """
        return z

    def logits(self, z: Tensor) -> Tensor:
        """Decode, up to the sigmoid.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            `[n, *image_shape]`, any real numbers.
        """
        decoded: Tensor = _part(self.own, "decode")(z).float()
        return decoded if self._logits else decoded.clamp(ALMOST, 1 - ALMOST).logit()

    def emit(self, z: Tensor) -> tuple[Tensor, Tensor | None]:
        """Decode, with the log of the decoder's own error.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Logits, and the log-error, where the model has one.
        """
        return self.logits(z), None if self.scale is None else self.scale * SCALE_SPEED

    def init_output_bias(self, x: Tensor) -> None:
        """Leave the decoder as it is: where its bias is only its author knows.

        Args:
            x: not used.
        """

    def encode(self, x: Tensor) -> Tensor:
        """Encode images.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            Codes `[n, *latent_shape]`; of a pair, the means.
        """
        return self.statistics(x).mean

    def decode(self, z: Tensor) -> Tensor:
        """Decode codes.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Images `[n, *image_shape]`, 0 to 1.
        """
        decoded: Tensor = _part(self.own, "decode")(z).float()
        return decoded.sigmoid() if self._logits else decoded.clamp(0, 1)

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw codes from the prior N(0, I).

        Args:
            count: how many.
            generator: decides them.

        Returns:
            `[count, *latent_shape]`.
        """
        return torch.randn(count, *self.latent_shape, generator=generator)

    def _check(self, decoded: object) -> None:
        expected = [2, *self.image_shape]
        if not isinstance(decoded, Tensor) or list(decoded.shape) != expected:
            got = list(decoded.shape) if isinstance(decoded, Tensor) else type(decoded).__name__
            raise InputError(f"decoded images {got} of 2 codes", f"a tensor {expected}", "a decoder that gives these")
        low, high = float(decoded.min()), float(decoded.max())
        if not self._logits and not -1e-3 <= low <= high <= 1 + 1e-3:
            raise InputError(
                f"decoded values {low:.3g} to {high:.3g}",
                "0 to 1",
                "a sigmoid at the end of the decoder, or `logits=True`",
            )


def as_trainable(
    model: nn.Module, image_shape: tuple[int, int, int], *, statistics: int = 1, scale: Scale = None
) -> TrainableAutoencoder:
    """Let any torch module that encodes and decodes be trained.

    Args:
        model: a `ConvAutoencoder`, an `OwnAutoencoder`, or any module that the latter takes.
        image_shape: `(c, h, w)` of the images.
        statistics: 1 where a method needs the code alone, 2 where it needs a mean and a log-variance.
        scale: the error that a method wants the decoder to learn.

    Returns:
        The model itself where it can be trained as it is; else it in an `OwnAutoencoder`.

    Raises:
        InputError: as `OwnAutoencoder` does, and where the encoder does not give what the method needs.
    """
    complete = all(hasattr(model, name) for name in ("statistics", "logits", "emit", "architecture", "latent_shape"))
    made = (
        cast(TrainableAutoencoder, model) if complete else OwnAutoencoder(model, image_shape=image_shape, scale=scale)
    )
    if statistics == 2:
        training = made.training
        made.eval()
        with torch.no_grad():
            device = next(made.parameters()).device
            found = made.statistics(torch.full((2, *made.image_shape), 0.5, device=device))
        made.train(training)
        if found.log_variance is None:
            raise InputError(
                "an encoder that gives a code alone", "a pair, mean and log-variance", "returning both from encode"
            )
    return made


def _part(model: nn.Module, what: str) -> Callable[[Tensor], Any]:
    """The method `encode` or `decode` of a module, or its submodule `encoder` or `decoder`."""
    for name in (what, f"{what}r"):
        found = model[name] if isinstance(model, nn.ModuleDict) and name in model else getattr(model, name, None)
        if callable(found):
            return cast(Callable[[Tensor], Any], found)
    raise InputError(
        f"a {type(model).__name__} without {what} or {what}r", "a module that encodes and decodes", "giving it both"
    )
