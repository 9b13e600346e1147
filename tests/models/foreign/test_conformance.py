"""What holds for every member of `FOREIGN`."""

from __future__ import annotations

import pytest
import torch

from segue.core.choices import choose
from segue.core.errors import InputError
from segue.latent.interpolation import interpolate_images
from segue.latent.paths import Slerp
from segue.latent.space import encode
from segue.models.foreign import FOREIGN, ForeignModel

every_one = pytest.mark.parametrize("foreign", FOREIGN, indirect=True)


def images(count: int) -> torch.Tensor:
    return torch.rand(count, 3, 16, 24, generator=torch.Generator().manual_seed(0))


@every_one
def test_the_spelling_is_read_back(foreign: ForeignModel) -> None:
    assert "size=16x24" in str(foreign) and choose(str(foreign), FOREIGN, "model") == foreign


@every_one
@torch.no_grad()
def test_images_to_codes_and_back(foreign: ForeignModel) -> None:
    model, x = foreign.open(), images(3)
    before = x.clone()
    z = model.encode(x)
    assert model.image_shape == (3, 16, 24) and z.shape == (3, *model.latent_shape)
    assert torch.equal(model.encode(x), z) and torch.equal(x, before)
    torch.testing.assert_close(model.encode(x[1:2])[0], z[1], rtol=1e-4, atol=1e-4)
    held = z.clone()
    for codes in (z, 50 * z):
        y = model.decode(codes)
        assert y.shape == x.shape and y.dtype == torch.float32 and y.min() >= 0 and y.max() <= 1
    assert torch.equal(z, held)


@every_one
@torch.no_grad()
def test_it_is_opened_the_same_each_time(foreign: ForeignModel) -> None:
    one, two, x = foreign.open(), foreign.open(), images(1)
    assert torch.equal(one.encode(x), two.encode(x))
    assert torch.equal(one.decode(one.encode(x)), two.decode(one.encode(x)))


@every_one
def test_gradients_reach_codes_and_no_weights(foreign: ForeignModel) -> None:
    model = foreign.open()
    assert isinstance(model, torch.nn.Module) and not model.training
    code = torch.zeros(1, *model.latent_shape, requires_grad=True)
    model.decode(code).sum().backward()  # type: ignore[no-untyped-call]
    assert code.grad is not None and code.grad.any()
    assert not any(parameter.requires_grad for parameter in model.parameters())


@every_one
def test_every_later_stage_takes_it(foreign: ForeignModel) -> None:
    model = foreign.open()
    pixels = (255 * images(2)).byte().permute(0, 2, 3, 1).numpy()
    assert encode(model, pixels, batch=1).shape == (2, *model.latent_shape)
    assert interpolate_images(model, pixels[0], pixels[1], Slerp(), 5).frames.shape == (5, 16, 24, 3)


@every_one
def test_sizes_that_its_codes_cannot_tile(foreign: ForeignModel) -> None:
    with pytest.raises(InputError, match=r"size=16x25; expected multiples of .; try size=16x24$"):
        type(foreign)(**{**foreign.to_json(), "size": (16, 25)}).open()
