"""What the caller wants of a source, whatever the source: size, channels, parts, how many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError
from segue.core.images import Fit, Pixels, fit, with_channels
from segue.core.progress import Event, Report, silent
from segue.data.datasets.image_set import DataSet, ImageSet

Index = npt.NDArray[np.int64]

# Pixels are held in memory; a set beyond this is a mistake, or wants --size or --limit.
MOST_BYTES = 8 << 30
ABOUT_TO_FILL = "give a smaller --size or a --limit"


@dataclass(frozen=True)
class LoadOptions:
    """The options of `load`, checked. `size` is (height, width); it or `channels` None: as the source has them."""

    size: tuple[int, int] | None = None
    fit: Fit = "crop"
    channels: Literal[1, 3] | None = None
    hold_out: float | None = None
    limit: int | None = None
    seed: int = 0
    data_dir: Path | None = None
    report: Report = silent

    def __post_init__(self) -> None:
        if self.size is not None and not all(1 <= side <= 8192 for side in self.size):
            raise InputError(
                f"--size {self.size[0]}x{self.size[1]}", "1 to 8192 each way", "choose a size in that range"
            )
        if self.hold_out is not None and not 0 <= self.hold_out < 1:
            raise InputError(f"--hold-out {self.hold_out}", "0 up to, but not, 1", "0.1 keeps a tenth for tests")
        if self.limit is not None and self.limit < 1:
            raise InputError(f"--limit {self.limit}", "1 or more", "leave it out to take all")
        if self.fit not in ("crop", "letterbox"):
            raise InputError(f"--fit {self.fit}", "crop or letterbox", "choose one")
        if self.channels not in (None, 1, 3):
            raise InputError(f"--channels {self.channels}", "1 or 3", "leave it out to keep the source's own")

    def shaped(self, image: Pixels) -> Pixels:
        """One image `[h, w, c]` at the wanted size and channels."""
        if self.channels is not None:
            image = with_channels(image, self.channels)
        return image if self.size is None else fit(image, *self.size, self.fit)

    def stack(self, images: Iterable[Pixels], total: int = 0) -> Pixels:
        """Images `[h, w, c]` of one shape, shaped and stacked `[n, h, w, c]`."""
        return np.stack(self.gathered((self.shaped(image) for image in images), total))

    def gathered(self, images: Iterable[Pixels], total: int = 0) -> list[Pixels]:
        """The images as a list, with progress. Raises `InputError` where they would fill the memory."""
        kept: list[Pixels] = []
        size = 0
        for image in images:
            kept.append(image)
            size += image.nbytes
            if size > MOST_BYTES:
                raise InputError(
                    f"more than {len(kept)} images of {image.shape[0]}x{image.shape[1]}",
                    f"{MOST_BYTES >> 30} GiB of pixels",
                    ABOUT_TO_FILL,
                )
            if len(kept) % 256 == 0 or len(kept) == total:
                self.report(Event("read", len(kept), total))
        return kept

    def reshaped(self, images: Pixels) -> Pixels:
        """A stack `[n, h, w, c]` at the wanted size and channels; untouched if it already is."""
        same_size = self.size is None or images.shape[1:3] == self.size
        if same_size and self.channels in (None, images.shape[-1]):
            return images
        return self.stack(images, len(images))

    def split(self, count: int, hold_out: float) -> tuple[Index, Index | None]:
        """Places of the training and the test part of `count` images, seeded, in order, limited.

        `hold_out` is the source's own share, used if the caller wants no other; it then needs 20 images.
        """
        share = self.hold_out if self.hold_out is not None else hold_out if count >= 20 else 0.0
        kept_back = min(max(1, round(share * count)), count - 1) if share > 0 else 0
        order = np.random.default_rng([self.seed, 1]).permutation(count)
        train, test = np.sort(order[kept_back:]), np.sort(order[:kept_back])
        return self.limited(train), self.limited(test) if kept_back else None

    def limited(self, index: Index) -> Index:
        """`index`, or if that is too many, as many of it as are wanted: drawn by seed, in order."""
        if self.limit is None or len(index) <= self.limit:
            return index
        return np.sort(np.random.default_rng([self.seed, 2]).choice(index, self.limit, replace=False))

    def data_set(
        self, name: str, train: ImageSet, test: ImageSet | None, notes: Iterable[str] = (), hold_out: float = 0.1
    ) -> DataSet:
        """The set with everything wanted done to it; without a test part, one is held out."""
        if test is not None:
            return DataSet(name, self._finished(train), self._finished(test), tuple(notes))
        train_index, test_index = self.split(len(train), hold_out)
        held_out = None if test_index is None else self._reshaped(train.subset(test_index))
        return DataSet(name, self._reshaped(train.subset(train_index)), held_out, tuple(notes))

    def _finished(self, part: ImageSet) -> ImageSet:
        index = self.limited(np.arange(len(part)))
        return self._reshaped(part if len(index) == len(part) else part.subset(index))

    def _reshaped(self, part: ImageSet) -> ImageSet:
        return replace(part, images=self.reshaped(part.images))
