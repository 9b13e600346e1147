"""Corruptions: what holds for every member of `CORRUPTIONS` and for chains of them, and known answers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator, Tensor

from segue.core.choices import choose
from segue.core.errors import InputError
from segue.data.corruptions import (
    CORRUPTIONS,
    Blur,
    Corruption,
    CorruptionPipeline,
    Description,
    Gaussian,
    Jigsaw,
    Mask,
    RandomCorruption,
    Rotate90,
    corruption,
)

MEMBERS: tuple[Corruption, ...] = tuple(kind() for kind in CORRUPTIONS)
CHAIN = CorruptionPipeline((*MEMBERS, Jigsaw(grid=3)))
DRAWING = [member for member in MEMBERS if isinstance(member, RandomCorruption)]
SHAPES = ((8, 3, 12, 12), (1, 1, 16, 16), (2, 5, 7, 7), (3, 1, 5, 8), (2, 3, 1, 1), (2, 2, 1, 6), (0, 1, 4, 4))
every = pytest.mark.parametrize("corrupt", [*MEMBERS, CHAIN], ids=str)
every_drawing = pytest.mark.parametrize("corrupt", DRAWING, ids=str)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def seeded(seed: int = 0) -> Generator:
    return torch.Generator().manual_seed(seed)


def random(*shape: int, seed: int = 9) -> Tensor:
    return torch.rand(*shape, generator=seeded(seed))


def numbered(n: int, c: int, h: int, w: int) -> Tensor:
    """Images of which no two pixels of a channel are alike."""
    return (torch.arange(n * c * h * w) / (n * c * h * w)).reshape(n, c, h, w)


@every
@every_shape
def test_shape_type_and_range_are_kept_and_the_images_untouched(corrupt: Corruption, shape: tuple[int, ...]) -> None:
    images = random(*shape)
    before = images.clone()
    corrupted = corrupt.apply(images, seeded())
    assert corrupted.shape == images.shape and corrupted.dtype == torch.float32
    assert ((corrupted >= 0) & (corrupted <= 1)).all()
    assert torch.equal(images, before)
    assert not len(images) or corrupted.data_ptr() != images.data_ptr()


@every
@pytest.mark.parametrize("extreme", [0.0, 1.0])
def test_black_and_white_stay_in_range(corrupt: Corruption, extreme: float) -> None:
    corrupted = corrupt.apply(torch.full((4, 3, 9, 10), extreme), seeded())
    assert corrupted.min() >= 0 and corrupted.max() <= 1


@every
def test_one_seed_gives_one_result(corrupt: Corruption) -> None:
    images = random(16, 3, 12, 12)
    assert torch.equal(corrupt.apply(images, seeded(1)), corrupt.apply(images, seeded(1)))


@pytest.mark.parametrize("corrupt", [*DRAWING, CHAIN], ids=str)
def test_another_seed_gives_another_and_so_does_the_next_batch(corrupt: Corruption) -> None:
    images, generator = random(16, 3, 12, 12), seeded(1)
    first = corrupt.apply(images, generator)
    assert not torch.equal(first, corrupt.apply(images, generator))
    assert not torch.equal(first, corrupt.apply(images, seeded(2)))


@pytest.mark.parametrize("corrupt", [*DRAWING, CHAIN], ids=str)
def test_equal_images_are_spoiled_each_in_a_way_of_its_own(corrupt: Corruption) -> None:
    corrupted = corrupt.apply(random(1, 1, 12, 12).expand(16, -1, -1, -1), seeded())
    assert len({tuple(image.flatten().tolist()) for image in corrupted}) > 3


@every
def test_the_layout_in_memory_does_not_matter(corrupt: Corruption) -> None:
    images = random(4, 3, 9, 9)
    across = images.to(memory_format=torch.channels_last)
    torch.testing.assert_close(corrupt.apply(across, seeded()), corrupt.apply(images, seeded()), rtol=0, atol=1e-6)


@every
def test_no_other_randomness_is_used(corrupt: Corruption) -> None:
    before = torch.get_rng_state()
    corrupt.apply(random(2, 1, 8, 8), seeded())
    assert torch.equal(torch.get_rng_state(), before)


@every
def test_autocasting_changes_nothing(corrupt: Corruption) -> None:
    images = random(2, 3, 8, 8)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        corrupted = corrupt.apply(images, seeded())
    assert torch.equal(corrupted, corrupt.apply(images, seeded())) and corrupted.dtype == torch.float32


@every_drawing
@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (2, 1, 5, 8)], ids=str)
def test_the_result_lies_where_the_images_do(corrupt: Corruption, shape: tuple[int, ...]) -> None:
    # The meta device computes nothing, yet refuses tensors of another.
    corrupted = corrupt.apply(torch.empty(shape, device="meta"), seeded())
    assert corrupted.is_meta and corrupted.shape == shape


@every_drawing
@every_shape
def test_what_was_drawn_tells_the_result(corrupt: RandomCorruption, shape: tuple[int, ...]) -> None:
    images = random(*shape)
    drawn = corrupt.draw(images.shape, seeded(3))
    assert len(drawn) == len(images)
    before = drawn.clone()
    assert torch.equal(corrupt.transform(images, drawn), corrupt.apply(images, seeded(3)))
    assert torch.equal(drawn, before)


@every
@every_shape
def test_what_is_told_is_what_is_done(corrupt: Corruption, shape: tuple[int, ...]) -> None:
    images = random(*shape)
    corrupted, descriptions = corrupt.apply_and_describe(images, seeded(3))
    assert torch.equal(corrupted, corrupt.apply(images, seeded(3))) and len(descriptions) == len(images)


def test_words_name_the_turns_and_the_tiles() -> None:
    turns = Rotate90().describe(torch.tensor([3, -2]))
    assert turns == [
        Description(("K = 3", "270 degrees"), ("K = 3 (270 degrees)",)),
        Description(("K = 2", "180 degrees"), ("K = 2 (180 degrees)",)),
    ]
    assert Jigsaw().describe(torch.tensor([[3, 1, 0, 2]])) == [Description(("4 2 1 3",), ("3 of 4 tiles moved",))]
    rows = Jigsaw(grid=3).describe(torch.tensor([[8, 1, 2, 3, 4, 5, 6, 7, 0]]))[0]
    assert rows == Description(("9 2 3", "4 5 6", "7 8 1"), ("2 of 9 tiles moved",))
    many = Jigsaw(grid=5).describe(torch.arange(25).roll(1)[None])[0]
    assert many == Description(("25 of 25 tiles moved",), ("25 of 25 tiles moved",))
    assert Gaussian().describe(torch.zeros(2, 1, 4, 4)) == [Description(), Description()]


def test_a_chain_tells_of_every_link() -> None:
    images = random(5, 1, 8, 8)
    turned, turns = Rotate90().apply_and_describe(images, generator := seeded())
    corrupted, tiles = Jigsaw().apply_and_describe(turned, generator)
    chained, descriptions = CorruptionPipeline((Rotate90(), Blur(sigma=0), Jigsaw())).apply_and_describe(
        images, seeded()
    )
    assert torch.equal(chained, corrupted)
    assert descriptions == [
        Description(a.lines + b.lines, a.kinds + b.kinds) for a, b in zip(turns, tiles, strict=True)
    ]


@pytest.mark.parametrize("corrupt", [Gaussian(sigma=0), Mask(ratio=0), Jigsaw(grid=1), Blur(sigma=0)], ids=str)
@every_shape
def test_nothing_asked_nothing_done(corrupt: Corruption, shape: tuple[int, ...]) -> None:
    images = random(*shape)
    assert torch.equal(corrupt.apply(images, seeded()), images)


def test_the_noise_is_as_wide_as_asked() -> None:
    noise = Gaussian(sigma=0.05).apply(torch.full((16, 3, 32, 32), 0.5), seeded()) - 0.5
    assert noise.mean().abs() < 1e-3
    assert noise.std() == pytest.approx(0.05, rel=0.02)


@pytest.mark.parametrize("ratio", [0.1, 0.5, 0.9])
def test_the_masked_share_is_close_to_the_ratio(ratio: float) -> None:
    images = random(16, 3, 32, 32) / 2 + 0.5
    masked = Mask(ratio=ratio).apply(images, seeded())
    gone = masked == 0
    assert gone.double().mean().item() == pytest.approx(ratio, abs=0.02)
    assert torch.equal(gone.all(1), gone.any(1))
    assert torch.equal(masked[~gone], images[~gone])


def test_all_can_be_masked_and_none() -> None:
    assert Mask(ratio=0).transform(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1)).all()
    assert not Mask(ratio=1).apply(torch.ones(4, 1, 32, 32), seeded()).any()


def test_every_quarter_turn_is_torchs_own() -> None:
    image = numbered(1, 3, 5, 5)
    turns = torch.tensor([0, 1, 2, 3, 4, -1])
    turned = Rotate90().transform(image.expand(6, -1, -1, -1), turns)
    for got, k in zip(turned, turns.tolist(), strict=True):
        assert torch.equal(got, image[0].rot90(k, (1, 2)))


def test_every_turn_is_as_likely_and_oblong_images_take_half_turns_only() -> None:
    drawn = Rotate90().draw((4000, 3, 8, 8), seeded())
    assert drawn.shape == (4000,)
    assert (drawn.bincount(minlength=4) > 900).all()
    oblong = Rotate90().draw((4000, 3, 8, 9), seeded())
    assert set(oblong.tolist()) == {0, 2} and (oblong == 2).sum() == pytest.approx(2000, abs=150)
    image = numbered(1, 2, 3, 5)
    assert torch.equal(Rotate90().transform(image, torch.tensor([2])), image.flip(2, 3))
    with pytest.raises(InputError, match="quarter turn of 3 x 5"):
        Rotate90().transform(image, torch.tensor([1]))


@given(st.integers(1, 5), st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_a_jigsaw_keeps_its_pixels_and_their_channels_together(grid: int, h: int, w: int, seed: int) -> None:
    images = numbered(3, 2, h, w)
    corrupted = Jigsaw(grid=grid).apply(images, seeded(seed))
    assert torch.equal(corrupted.flatten(2).sort().values, images.flatten(2).sort().values)
    torch.testing.assert_close(corrupted[:, 1] - corrupted[:, 0], images[:, 1] - images[:, 0])


def test_the_tiles_go_where_the_permutation_says() -> None:
    image = numbered(1, 1, 5, 7)
    got = Jigsaw(grid=2).transform(image, torch.tensor([[3, 2, 0, 1]]))[0, 0]
    tiles = [image[0, 0, y : y + 2, x : x + 3] for y in (0, 2) for x in (0, 3)]
    assert torch.equal(got[:4, :6], torch.cat([torch.cat([tiles[3], tiles[2]], 1), torch.cat([tiles[0], tiles[1]], 1)]))
    assert torch.equal(got[4], image[0, 0, 4]) and torch.equal(got[:, 6], image[0, 0, :, 6])


def test_every_order_of_the_tiles_is_as_likely() -> None:
    drawn = Jigsaw(grid=2).draw((6000, 1, 8, 8), seeded())
    assert torch.equal(drawn.sort(1).values, torch.arange(4).expand(6000, -1))
    assert (torch.stack([(drawn == tile).sum(0) for tile in range(4)]) - 1500).abs().max() < 150
    assert Jigsaw(grid=3).draw((5, 1, 2, 8), seeded()).shape == (5, 6)


@pytest.mark.parametrize("sigma", [0.1, 1.0, 5.0, 40.0])
@every_shape
def test_blur_keeps_the_mean_and_flat_images(sigma: float, shape: tuple[int, ...]) -> None:
    images = random(*shape)
    blurred = Blur(sigma=sigma).apply(images, seeded())
    torch.testing.assert_close(blurred.mean((2, 3)), images.mean((2, 3)), rtol=0, atol=1e-5)
    flat = torch.full(shape, 0.3)
    torch.testing.assert_close(Blur(sigma=sigma).apply(flat, seeded()), flat, rtol=0, atol=1e-5)


def test_blur_spreads_a_point_by_the_gaussian() -> None:
    point = torch.zeros(1, 1, 41, 41)
    point[0, 0, 20, 20] = 1
    spread = Blur(sigma=2).apply(point, seeded())[0, 0].double()
    away = torch.arange(-20, 21)
    assert (spread * away**2).sum().item() == pytest.approx(4, rel=0.01)
    assert spread[20, 22] / spread[20, 20] == pytest.approx(torch.tensor(-0.5).exp().item(), rel=1e-4)
    torch.testing.assert_close(spread, spread.T, rtol=0, atol=1e-7)
    torch.testing.assert_close(spread, spread.flip(0), rtol=0, atol=1e-7)


def test_blur_goes_on_mirrored_beyond_the_edge() -> None:
    image = random(1, 2, 6, 7)
    wide = torch.cat([image.flip(3), image, image.flip(3)], 3)
    whole = torch.cat([wide.flip(2), wide, wide.flip(2)], 2)
    blurred = Blur(sigma=1.2).apply(whole, seeded())[:, :, 6:12, 7:14]
    torch.testing.assert_close(Blur(sigma=1.2).apply(image, seeded()), blurred, rtol=0, atol=1e-6)


@st.composite
def links(draw: st.DrawFn) -> Corruption:
    sizes = st.floats(0, 100)
    return draw(
        st.builds(Gaussian, sizes)
        | st.builds(Mask, st.floats(0, 1))
        | st.just(Rotate90())
        | st.builds(Jigsaw, st.integers(1, 10**18))
        | st.builds(Blur, sizes)
    )


@given(st.lists(links(), min_size=1, max_size=4))
def test_the_spelling_is_read_back(parts: list[Corruption]) -> None:
    whole = CorruptionPipeline(tuple(parts)) if len(parts) > 1 else parts[0]
    assert corruption(str(whole)) == whole == corruption(whole)


@pytest.mark.parametrize("corrupt", MEMBERS, ids=str)
def test_defaults_are_left_out_of_the_spelling(corrupt: Corruption) -> None:
    assert str(corrupt) == corrupt.name and choose(corrupt.name, CORRUPTIONS, "corruption") == corrupt


def test_a_chain_goes_from_left_to_right() -> None:
    chain = corruption(" gaussian:sigma=1e+0 + mask:ratio=0.1")
    assert chain == CorruptionPipeline((Gaussian(sigma=1), Mask(ratio=0.1)))
    assert str(chain) == "gaussian:sigma=1.0+mask:ratio=0.1"
    images, generator = random(2, 1, 8, 8), seeded()
    step = Mask(ratio=0.1).apply(Gaussian(sigma=1).apply(images, generator), generator)
    assert torch.equal(chain.apply(images, seeded()), step)


def test_a_chain_in_a_chain_is_its_parts() -> None:
    inner = CorruptionPipeline((Mask(), Blur()))
    assert CorruptionPipeline((inner, Rotate90())) == CorruptionPipeline((Mask(), Blur(), Rotate90()))
    assert hash(inner) == hash(corruption("mask+blur"))


@pytest.mark.parametrize("parts", [(), (Mask(),)])
def test_a_chain_of_fewer_than_two_is_refused(parts: tuple[Corruption, ...]) -> None:
    with pytest.raises(InputError, match="expected 2 or more"):
        CorruptionPipeline(parts)


@pytest.mark.parametrize("nothing", [None, "none", " none "])
def test_none_is_none(nothing: str | None) -> None:
    assert corruption(nothing) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gausian", "try gaussian"),
        ("mask+jigsaaw:grid=2", "try jigsaw"),
        ("mask:ration=0.5", "try ratio"),
        ("mask:ratio=1.5", "expected 0 to 1"),
        ("gaussian:sigma=-1", "expected 0 to 100"),
        ("jigsaw:grid=0", "expected 1 or more"),
        ("gaussian:sigma=nan", "a number"),
        ("mask+", "try mask"),
        ("+mask", "expected gaussian"),
        ("", "expected gaussian"),
        ("chain", "expected gaussian"),
    ],
)
def test_wrong_spellings_are_explained(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        corruption(text)
