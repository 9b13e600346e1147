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
# Deflate cannot do better than this, so a header that promises more than the file can hold is wrong.
MOST_DEFLATED = 1032
ABOUT_TO_FILL = "a smaller `size` or a `limit`"


@dataclass(frozen=True)
class LoadOptions:
    """The options of `load`, checked. `size` is (height, width); it or `channels` None: as the source has them.

    `strict` refuses a folder with pictures that cannot be read, which are left out else.
    """

    size: tuple[int, int] | None = None
    fit: Fit = "crop"
    channels: Literal[1, 3] | None = None
    hold_out: float | None = None
    limit: int | None = None
    seed: int = 0
    data_dir: Path | None = None
    strict: bool = False
    report: Report = silent

    def __post_init__(self) -> None:
        if self.size is not None and not all(1 <= side <= 8192 for side in self.size):
            raise InputError(f"`size={self.size[0]}x{self.size[1]}`", "1 to 8192 each way", "a size in that range")
        if self.hold_out is not None and not 0 <= self.hold_out < 1:
            raise InputError(
                f"`hold_out={self.hold_out}`", "0 up to, but not, 1", "`hold_out=0.1`, which keeps a tenth for tests"
            )
        if self.limit is not None and self.limit < 1:
            raise InputError(f"`limit={self.limit}`", "1 or more", "leaving it out to take all")
        if self.fit not in ("crop", "letterbox"):
            raise InputError(f"`fit={self.fit}`", "crop or letterbox", "one of these")
        if self.channels not in (None, 1, 3):
            raise InputError(f"`channels={self.channels}`", "1 or 3", "leaving it out to keep the source's own")

    def convert(self, image: Pixels) -> Pixels:
        """Bring an image to the size and channels asked for.

        Args:
            image: uint8 `[h, w, c]`.

        Returns:
            uint8 `[height, width, channels]`.
        """
        if self.channels is not None:
            image = with_channels(image, self.channels)
        return image if self.size is None else fit(image, *self.size, self.fit)

    def stack(self, images: Iterable[Pixels], total: int = 0) -> Pixels:
        """Bring images to the size and channels asked for, and stack them.

        Args:
            images: uint8 `[h, w, c]` each, of one shape.
            total: how many there are; 0: not known.

        Returns:
            uint8 `[n, height, width, channels]`.

        Raises:
            InputError: as `gather` does.
        """
        return np.stack(self.gather((self.convert(image) for image in images), total))

    def gather(self, images: Iterable[Pixels], total: int = 0) -> list[Pixels]:
        """Collect images, with progress.

        Args:
            images: uint8 `[h, w, c]` each.
            total: how many there are; 0: not known.

        Returns:
            The images.

        Raises:
            InputError: where they would fill the memory.
        """
        kept: list[Pixels] = []
        size = 0
        for image in images:
            kept.append(image)
            size += image.nbytes
            if max(size, total * image.nbytes) > MOST_BYTES:  # which the first image tells
                raise InputError(
                    f"{total or f'more than {len(kept)}'} images of {image.shape[0]}x{image.shape[1]}",
                    f"{MOST_BYTES >> 30} GiB of pixels",
                    ABOUT_TO_FILL,
                )
            if len(kept) % 256 == 0 or len(kept) == total:
                self.report(Event("read", len(kept), total))
        return kept

    def convert_stack(self, images: Pixels) -> Pixels:
        """Bring a stack to the size and channels asked for.

        Args:
            images: uint8 `[n, h, w, c]`.

        Returns:
            uint8 `[n, height, width, channels]`; the same array where it already is so.
        """
        same_size = self.size is None or images.shape[1:3] == self.size
        if same_size and self.channels in (None, images.shape[-1]):
            return images
        return self.stack(images, len(images))

    def split(self, count: int, hold_out: float) -> tuple[Index, Index | None]:
        """Divide images into a training and a test part, by the seed, each in order and limited.

        Args:
            count: how many images there are.
            hold_out: the source's own share for tests, of 20 images or more, where the user asks for no other.

        Returns:
            The indices of both parts; None for a test part that is empty.
        """
        share = self.hold_out if self.hold_out is not None else hold_out if count >= 20 else 0.0
        kept_back = min(max(1, round(share * count)), count - 1) if share > 0 else 0
        order = np.random.default_rng([self.seed, 1]).permutation(count)
        train, test = np.sort(order[kept_back:]), np.sort(order[:kept_back])
        return self.limit_index(train), self.limit_index(test) if kept_back else None

    def limit_index(self, index: Index) -> Index:
        """Keep at most `limit` of some indices.

        Args:
            index: int64 `[n]`.

        Returns:
            All, or `limit` of them drawn by the seed, in order.
        """
        if self.limit is None or len(index) <= self.limit:
            return index
        return np.sort(np.random.default_rng([self.seed, 2]).choice(index, self.limit, replace=False))

    def data_set(
        self, name: str, train: ImageSet, test: ImageSet | None, notes: Iterable[str] = (), hold_out: float = 0.1
    ) -> DataSet:
        """Make a data set, with all that was asked for done to it.

        Args:
            name: what it is called.
            train: the training part.
            test: the test part; None: some of the training part is held out.
            notes: what the user should know.
            hold_out: as of `split`.

        Returns:
            The data set.
        """
        if test is not None:
            return DataSet(name, self._limit_and_convert(train), self._limit_and_convert(test), tuple(notes))
        train_index, test_index = self.split(len(train), hold_out)
        held_out = None if test_index is None else self._convert(train.subset(test_index))
        return DataSet(name, self._convert(train.subset(train_index)), held_out, tuple(notes))

    def _limit_and_convert(self, part: ImageSet) -> ImageSet:
        index = self.limit_index(np.arange(len(part)))
        return self._convert(part if len(index) == len(part) else part.subset(index))

    def _convert(self, part: ImageSet) -> ImageSet:
        return replace(part, images=self.convert_stack(part.images))
