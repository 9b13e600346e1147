"""The array types that several wings share; images have theirs in `segue.core.images`."""

from __future__ import annotations

from os import PathLike
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
"""What is computed in double precision: codes, distances, measures."""

Floats32: TypeAlias = npt.NDArray[np.float32]
"""What is as large as a picture, and needs no more than single precision: displacements, colours, rays."""

Indices: TypeAlias = npt.NDArray[np.int64]
"""Places in another array."""

Labels: TypeAlias = npt.NDArray[np.int64]
"""The class of each image, `[n]`."""

Points: TypeAlias = npt.NDArray[np.float64]
"""Places on a plane, `[n, 2]`."""

Interval: TypeAlias = tuple[float, float, float]
"""An estimate, and the low and the high end of its 95 % interval; NaN where there is none."""

Sound: TypeAlias = npt.NDArray[np.float32]
"""Stereo samples, `[k, 2]`, -1 to 1."""

StrPath: TypeAlias = str | PathLike[str]
"""A file or folder, as text or as a `Path`."""
