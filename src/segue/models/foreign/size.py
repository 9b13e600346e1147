"""The size at which a foreign model, which takes many, is used."""

from __future__ import annotations

from segue.core.errors import InputError

Size = int | tuple[int, int]
"""The side of a square, or HEIGHTxWIDTH, in pixels."""


def sides(size: Size, cell: int, model: str) -> tuple[int, int]:
    """Check the size of a foreign model's images.

    Args:
        size: the side of a square, or height and width, in px.
        cell: what both sides must be multiples of, in px.
        model: what the error calls the model.

    Returns:
        Height and width.

    Raises:
        InputError: for sides that are no multiples of `cell`.
    """
    height, width = (size, size) if isinstance(size, int) else size
    if height % cell or width % cell:
        near = "x".join(str(max(cell, round(side / cell) * cell)) for side in (height, width))
        raise InputError(f"{model}:size={height}x{width}", f"multiples of {cell}", f"size={near}")
    return height, width
