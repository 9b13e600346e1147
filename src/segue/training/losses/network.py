"""Frozen networks for perceptual losses: where their weights are, and how their layers respond to images."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, TypeAlias

import torch
from torch import Tensor

from segue.core.download import Remote
from segue.core.errors import InputError, unreadable_file
from segue.core.progress import Event, Report, silent
from segue.core.weights import weights_file

Weights: TypeAlias = Mapping[str, Tensor]
"""The parameters of a network by name."""

CPU = torch.device("cpu")


class Network(ABC):
    """A frozen network, trained on ImageNet. It keeps the weights that it has read, for each place and device.

    `layers` are the names of its layers in order, and `near` the early ones that a loss takes by default; `silence` is
    small compared with the squared length of a response. `shapes` are those of its weights; `file` is the file that
    these are published in, and `home` the address to download it from, if there is one.
    """

    name: ClassVar[str]
    layers: ClassVar[tuple[str, ...]]
    near: ClassVar[tuple[str, ...]]
    silence: ClassVar[float]
    shapes: ClassVar[Mapping[str, tuple[int, ...]]]
    file: ClassVar[Remote]
    home: ClassVar[str] = ""

    def __init__(self) -> None:
        self.held: dict[tuple[Path | None, torch.device], Weights] = {}

    def features(self, images: Tensor, place: Path | None = None) -> Iterator[tuple[str, Tensor]]:
        """Compute the responses of the layers to images, each when the iterator reaches it.

        Args:
            images: `[n, 3, h, w]` RGB or `[n, 1, h, w]` grey, seen as grey RGB, 0 to 1, of 21 px or more.
            place: where the weights are, see `find`.

        Returns:
            Each layer in order, its name and `[n, channels, h', w']`, 0 or more. No gradients are kept for the weights.

        Raises:
            InputError: as of `weights`.
        """
        return self.respond(images.expand(-1, 3, -1, -1), self.weights(place, images.device))

    def weights(self, place: Path | None = None, device: torch.device = CPU, report: Report = silent) -> Weights:
        """Read the weights, once per process.

        Args:
            place: where they are, see `find`.
            device: the device to bring them to.
            report: receives the progress of a download.

        Returns:
            Tensors by name.

        Raises:
            InputError: as of `find`, or the file has other weights.
        """
        if (place, device) not in self.held:
            if device == CPU:
                report(Event("load", note=f"reading the weights of {self.name}"))
                # Tensors made in inference mode could never again be trained through.
                with torch.inference_mode(False):
                    self.held[place, device] = self.read(self.find(place, report))
            else:
                here = self.weights(place, report=report)
                with torch.inference_mode(False):
                    self.held[place, device] = {name: tensor.to(device) for name, tensor in here.items()}
        return self.held[place, device]

    def find(self, place: Path | None = None, report: Report = silent) -> Path:
        """Find the file of the weights.

        Args:
            place: a file, which is taken as it is, or a folder, where `file` is looked for first. Then it is looked for
                among `others`, under `SEGUE_DATA` and in the cache, and downloaded to there where it has a `home`.
            report: receives the progress of a download.

        Returns:
            The file.

        Raises:
            InputError: the file is in none of these and cannot be downloaded, it is another file, or `place` does not
                exist.
        """
        if place is not None and place.is_file():
            return place
        if place is not None and not place.is_dir():
            raise InputError(
                f"no weights at {place}", f"a file, or a folder with {self.file.name}", "checking the path"
            )
        first = [] if place is None else [place / self.file.name, place / Path(self.file.name).name]
        return weights_file(
            self.file, "the perceptual loss", first=(*first, *self.others()), home=self.home, report=report
        )

    def others(self) -> tuple[Path, ...]:
        """List where other programs keep the same file.

        Returns:
            Paths, which need not exist.
        """
        return ()

    def read(self, path: Path) -> Weights:
        """Read the weights in a file.

        Args:
            path: the file.

        Returns:
            float32 tensors by name.

        Raises:
            InputError: the file cannot be read, or weights are missing or of another shape.
        """
        try:
            found = self.open(path)
        except Exception as error:  # what is no such file fails in a dozen ways
            raise unreadable_file(path, error, f"weights of {self.name}", "another file") from error
        for name, shape in self.shapes.items():
            there = tuple(found[name].shape) if name in found else "missing"
            if there != shape:
                raise InputError(f"{path} with {name} {there}", f"{shape}, as in {self.name}", "another file")
        return {name: found[name].float() for name in self.shapes}

    @abstractmethod
    def open(self, path: Path) -> Weights:
        """Read all tensors in a file.

        Args:
            path: the file.

        Returns:
            Tensors by name.

        Raises:
            Exception: the file is of another kind.
        """

    @abstractmethod
    def respond(self, images: Tensor, weights: Weights) -> Iterator[tuple[str, Tensor]]:
        """Compute the layers' responses.

        Args:
            images: RGB `[n, 3, h, w]`, 0 to 1.
            weights: as of `weights`.

        Returns:
            Each layer in order, its name and its response.
        """


def normalise(images: Tensor, mean: tuple[float, ...], deviation: tuple[float, ...]) -> Tensor:
    """Bring images to what a network was trained on: `(images - mean) / deviation`, channel by channel.

    Args:
        images: `[n, 3, h, w]`.
        mean: of each channel.
        deviation: of each channel.

    Returns:
        `[n, 3, h, w]`, laid out for convolutions.
    """
    low, scale = (torch.tensor(values, device=images.device)[:, None, None] for values in (mean, deviation))
    # In this layout a step takes two thirds of the time.
    return ((images - low) / scale).contiguous(memory_format=torch.channels_last)
