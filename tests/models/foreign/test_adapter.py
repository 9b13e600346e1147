"""The adapter: ranges, scales, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from segue.core.errors import InputError
from segue.models.foreign import Foreign


class Coder:
    """Means of pairs across, in -1 to 1; and back, with a bias that leaves the range."""

    def __init__(self, code: Callable[[Tensor], object] = lambda z: z) -> None:
        self.code = code

    def encode(self, x: Tensor) -> Tensor:
        assert x.min() >= -1 and x.max() <= 1
        return self.code(x.unfold(3, 2, 2).mean(4))  # type: ignore[return-value]

    def decode(self, z: Tensor) -> Tensor:
        return z.repeat_interleave(2, 3)


def test_ranges_and_scales() -> None:
    shift = torch.tensor([1.0, 2.0, 3.0])[:, None, None]
    model = Foreign(Coder(), (3, 2, 4), value_range=(-1, 1), shift=shift, scale=0.5)
    assert model.latent_shape == (3, 2, 2)
    white = model.encode(torch.ones(2, 3, 2, 4))
    assert white.shape == (2, 3, 2, 2) and white[1, :, 0, 0].tolist() == [0, -0.5, -1]
    x = torch.rand(2, 3, 2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(model.decode(model.encode(x)), x)


def test_what_leaves_the_range_is_clipped() -> None:
    model = Foreign(Coder(), (1, 2, 2))
    assert model.decode(torch.tensor([-3.0, 0.25]).reshape(1, 1, 2, 1)).flatten().tolist() == [0, 0, 0.25, 0.25]


def test_a_module_is_evaluated_and_moves_along() -> None:
    class Noisy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 4)

        def encode(self, x: Tensor) -> Tensor:
            out: Tensor = nn.functional.dropout(self.layer(x), training=self.training)
            return out

        decode = encode

    model = Foreign(Noisy(), (1, 4, 4), scale=2.0).to(torch.float64)
    x = torch.rand(1, 1, 4, 4, dtype=torch.float64)
    assert torch.equal(model.encode(x), model.encode(x)) and model.encode(x).dtype == torch.float64


@pytest.mark.parametrize("code", [lambda z: z[:, 0, 0, 0].sum(), lambda z: torch.cat([z, z]), lambda z: [z]])
def test_codes_that_are_none(code: Callable[[Tensor], object]) -> None:
    with pytest.raises(InputError, match=r"got codes .*; expected a tensor \[1, ...\]"):
        Foreign(Coder(code), (1, 4, 4))


def test_shapes_that_do_not_fit() -> None:
    model = Foreign(Coder(), (1, 4, 4))
    with pytest.raises(InputError, match=r"got images \[2, 1, 4, 6\]; expected a tensor \[2, 1, 4, 4\]"):
        model.encode(torch.zeros(2, 1, 4, 6))
    with pytest.raises(InputError, match=r"got codes \[2, 1, 4, 3\]; expected a tensor \[2, 1, 4, 2\]"):
        model.decode(torch.zeros(2, 1, 4, 3))
    odd = Foreign(Coder(), (1, 4, 5))
    with pytest.raises(InputError, match=r"got decoded images \[2, 1, 4, 4\]; expected a tensor \[2, 1, 4, 5\]"):
        odd.decode(odd.encode(torch.zeros(2, 1, 4, 5)))
