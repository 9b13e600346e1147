"""What a path takes: positions of any kind, a name, an instance or a function; and what it refuses, in one line."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.latent.paths import (
    Geodesic,
    GraphPath,
    Linear,
    PathChoice,
    PathContext,
    Slerp,
    Transport,
    choose_path,
    connect_waypoints,
    lerp,
    slerp,
)

A, B = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
HALF = 0.5**0.5
CHOICES = (Linear(), Slerp(), GraphPath(), Geodesic(), Transport())


@pytest.mark.parametrize(
    "t",
    [[0, 0.5, 1], (0.0, 0.5, 1.0), np.array([0, 0.5, 1]), np.array([0, 0.5, 1], np.float32), torch.tensor([0, 0.5, 1])],
)
def test_positions_of_any_kind(t: Any) -> None:
    for found in (Slerp().between(A, B)(t), slerp(A, B, t)):
        torch.testing.assert_close(found, torch.tensor([[1, 0], [HALF, HALF], [0, 1]]))


@pytest.mark.parametrize("t", [0.5, np.float32(0.5), torch.tensor(0.5), np.array(0.5)])
def test_one_position_gives_one_code(t: Any) -> None:
    for found in (Slerp().between(A, B)(t), slerp(A, B, t), choose_path(slerp).between(A, B)(t)):
        assert found.shape == (2,) and found.tolist() == pytest.approx([HALF, HALF])


@pytest.mark.parametrize("t", [-0.1, 1.1, float("nan"), [0.0, 2.0], "half", None, [[0.0], [1.0]]])
def test_positions_that_are_none(t: Any) -> None:
    with pytest.raises(InputError, match="position"):
        Linear().between(A, B)(t)
    with pytest.raises(InputError, match="position"):
        lerp(A, B, t)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
@pytest.mark.parametrize(
    ("a", "message"),
    [
        (torch.zeros(3), r"a code \[2\]; expected \[3\]"),
        (torch.tensor([1, 2]), "int64"),
        (np.zeros(2), "as ndarray"),
        (torch.tensor([float("inf"), 0]), "not finite"),
    ],
    ids=str,
)
def test_codes_are_checked(choice: PathChoice, a: Any, message: str, context: Callable[..., PathContext]) -> None:
    with pytest.raises(InputError, match=message):
        choice.between(a, B, context((2,)))
    if isinstance(choice, Linear | Slerp):
        with pytest.raises(InputError, match=message):
            (lerp if isinstance(choice, Linear) else slerp)(a, B, 0.5)


def test_a_name_an_instance_a_class_or_a_function() -> None:
    def arc(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
        return slerp(a, b, t)

    for path in ("slerp", Slerp(), Slerp, arc, slerp):
        found = choose_path(path)  # type: ignore[arg-type]
        assert found.between(A, B)(0.5).tolist() == pytest.approx([HALF, HALF])
    assert str(choose_path(arc)) == "arc"
    with pytest.raises(InputError, match="path 3"):
        choose_path(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b, t: (1 - t) * a + t * b,
        lambda a, b, t: a + float(t) * (b - a),
        lambda a, b, t: a if t == 0 else b if t == 1 else torch.lerp(a, b, float(t)),
        lambda a, b, t: a.double() + math.sin(math.pi / 2 * t) ** 2 * (b - a).double(),
    ],
)
def test_plain_functions_in_any_style(function: Callable[..., Tensor]) -> None:
    path = choose_path(function).between(A, B)
    assert torch.equal(path([0.0, 1.0]), torch.stack([A, B])) and path([0.2, 0.5]).dtype == torch.float32
    assert path(0.5).tolist() == pytest.approx([0.5, 0.5]) and path([]).shape == (0, 2)


def test_functions_that_are_no_paths() -> None:
    with pytest.raises(InputError, match=r"away from a at t = 0"):
        choose_path(lambda a, b, t: (1 - t) * b + t * a).between(A, B)
    with pytest.raises(InputError, match=r"a code of <lambda> \[1, 2\]; expected \[2\]"):
        choose_path(lambda a, b, t: ((1 - t) * a + t * b)[None]).between(A, B)
    with pytest.raises(InputError, match="as float"):
        choose_path(lambda a, b, t: 0.5).between(A, B)  # type: ignore[arg-type, return-value]


def test_way_points_are_checked() -> None:
    assert connect_waypoints(slerp, torch.stack([A, B, -A]))([0.0, 1.0]).tolist() == [A.tolist(), (-A).tolist()]
    with pytest.raises(InputError, match=r"\[3\]; expected \[2\]"):
        connect_waypoints("linear", [A, torch.zeros(3)])
