"""What a foreign model is, and the adapter that makes an `Autoencoder` of any object that encodes and decodes."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from segue.core.choices import Choice
from segue.core.errors import InputError
from segue.models.autoencoder import Autoencoder, device_of


class ForeignModel(Choice):
    """A model that others have trained, by its name and options."""

    @abstractmethod
    def open(self) -> Autoencoder:
        """Open the model.

        Returns:
            The model, in evaluation mode on the CPU.

        Raises:
            InputError: the model is not there, or does not take images of the size that is asked for.
        """


class Coder(Protocol):
    """Anything that takes a batch of images to a batch of codes, and back."""

    def encode(self, x: Tensor, /) -> Tensor:
        """Encode images.

        Args:
            x: `[n, c, h, w]`.

        Returns:
            Codes `[n, ...]`.
        """

    def decode(self, z: Tensor, /) -> Tensor:
        """Decode codes.

        Args:
            z: `[n, ...]`, as of `encode`.

        Returns:
            Images `[n, c, h, w]`.
        """


def as_autoencoder(model: Autoencoder | Coder, image_shape: tuple[int, int, int]) -> Autoencoder:
    """Let anything with `encode` and `decode` take the place of a model.

    Args:
        model: an `Autoencoder`, or any object with `encode` and `decode`; a torch module is put in evaluation mode.
        image_shape: the `(channels, height, width)` of the images that it is to see.

    Returns:
        The model itself, if it has an `image_shape` and a `latent_shape`; else the model in a `Foreign`, which finds
        the shape of a code by encoding one black image, and clips what is decoded to [0, 1].

    Raises:
        InputError: the model does not encode and decode, takes images of another shape, or gives other shapes back.

    >>> class Halves:
    ...     def encode(self, x): return x.unfold(3, 2, 2).mean(4)
    ...     def decode(self, z): return z.repeat_interleave(2, 3)
    >>> model = as_autoencoder(Halves(), (1, 4, 6))
    >>> model.latent_shape, as_autoencoder(model, (1, 4, 6)) is model
    ((1, 4, 3), True)
    """
    if not (callable(getattr(model, "encode", None)) and callable(getattr(model, "decode", None))):
        raise InputError(f"a {type(model).__name__} as model", "an object with encode and decode", "wrapping it in one")
    if not (hasattr(model, "image_shape") and hasattr(model, "latent_shape")):
        return Foreign(model, image_shape)
    complete = cast(Autoencoder, model)
    if tuple(complete.image_shape) != tuple(image_shape):
        got, needed = list(image_shape), list(complete.image_shape)
        raise InputError(
            f"images of shape {got} (c, h, w)", f"the model's, {needed}", "fitting them to the model's size"
        )
    return complete


class Foreign(nn.Module):
    """Any object with `encode` and `decode` as an `Autoencoder`.

    The latent shape is found by encoding one black image. What is decoded is clipped to [0, 1].

    Args:
        model: the object; a torch module is put in evaluation mode.
        image_shape: the `(c, h, w)` of the images that it is to see.
        value_range: the lowest and highest value of a pixel to the object; outside it is 0 to 1.
        shift: the codes z' of the object become `z = (z' - shift) * scale`; a number, or a tensor that broadcasts to a
            code. Codes near `N(0, I)` suit paths such as `slerp` best, which bend about 0.
        scale: the factor in that formula, not 0; a number, or a tensor that broadcasts to a code.

    Raises:
        InputError: the codes are no tensor with a row for each image; later, at `encode` and `decode`, images or codes
            have another shape, whether they go in or come out.

    >>> class Halves:
    ...     def encode(self, x): return x.unfold(3, 2, 2).mean(4)
    ...     def decode(self, z): return z.repeat_interleave(2, 3)
    >>> model = Foreign(Halves(), (1, 4, 6))
    >>> model.latent_shape, model.decode(torch.full((5, 1, 4, 3), 0.5)).shape
    ((1, 4, 3), torch.Size([5, 1, 4, 6]))
    """

    shift: Tensor
    scale: Tensor

    def __init__(
        self,
        model: Coder,
        image_shape: tuple[int, int, int],
        *,
        value_range: tuple[float, float] = (0, 1),
        shift: float | Tensor = 0.0,
        scale: float | Tensor = 1.0,
    ) -> None:
        super().__init__()
        self.model = model
        self.image_shape = image_shape
        self.value_range = value_range
        self.register_buffer("shift", torch.as_tensor(shift))
        self.register_buffer("scale", torch.as_tensor(scale))
        self.eval()
        with torch.no_grad():
            black = torch.zeros(1, *image_shape, device=device_of(self))
            self.latent_shape = tuple(self._codes(black).shape[1:])

    def encode(self, x: Tensor) -> Tensor:
        """Encode images.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            Codes `[n, *latent_shape]`, shifted and scaled.

        Raises:
            InputError: images or codes have another shape.
        """
        _batch(x, "images", x.shape[0], self.image_shape, "fit them to the model's size")
        return self._codes(x, self.latent_shape)

    def decode(self, z: Tensor) -> Tensor:
        """Decode codes.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Images `[n, *image_shape]`, 0 to 1.

        Raises:
            InputError: codes or images have another shape.
        """
        _batch(z, "codes", z.shape[0], self.latent_shape, "encode by this model")
        low, high = self.value_range
        found = self.model.decode(z / self.scale + self.shift)
        images = _batch(found, "decoded images", z.shape[0], self.image_shape, "wrap a model that gives these")
        return ((images - low) / (high - low)).clamp(0, 1)

    def _codes(self, x: Tensor, shape: tuple[int, ...] | None = None) -> Tensor:
        low, high = self.value_range
        found = self.model.encode(low + (high - low) * x)
        return (_batch(found, "codes", len(x), shape, "wrap a model that gives these") - self.shift) * self.scale


def _batch(found: object, what: str, count: int, shape: tuple[int, ...] | None, remedy: str) -> Tensor:
    """`found`, if it is a tensor of so many things of this shape (of any, for None)."""
    if isinstance(found, Tensor) and found.shape[:1] == (count,) and shape in (None, found.shape[1:]):
        return found
    got = str(list(found.shape)) if isinstance(found, Tensor) else f"as {type(found).__name__}"
    each = ", ".join(map(str, shape)) if shape else "..."
    raise InputError(f"{what} {got}", f"a tensor [{count}, {each}]", remedy)
