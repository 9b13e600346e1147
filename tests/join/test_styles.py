"""What holds for every style of `STYLES`, and what is in some pictures and not in others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from types import ModuleType

import numpy as np
import pytest
import torch

from segue.core.choices import choose
from segue.core.images import Pixels
from segue.evaluation.metrics.seam import change
from segue.join.dream import Dream as DreamOfFrames
from segue.join.dream import make_dream
from segue.join.schedule import Blend
from segue.join.styles import ATTEMPTS, CONTROL_STYLES, STYLES, Dream, Fade, Melt, Morph, Style, StyleContext
from segue.latent.paths import Linear
from segue.models.autoencoder import ConvAutoencoder

Pair = tuple[Pixels, Pixels]
InContext = Callable[[Pixels, Pixels], StyleContext]

every_style = pytest.mark.parametrize("style", [style() for style in STYLES], ids=str)
SIZES = ((1, 1), (2, 9), (24, 17), (64, 40), (16, 130))


@pytest.fixture(scope="module")
def in_context() -> InContext:
    """Makes the context of two frames; its dreams are of a model that was never trained."""
    torch.manual_seed(0)
    model = ConvAutoencoder((3, 16, 16), latent=4, width=4).eval()

    made: dict[tuple[object, ...], StyleContext] = {}

    def context(a: Pixels, b: Pixels) -> StyleContext:
        def make_untrained() -> DreamOfFrames:
            return make_dream(model, Linear(), a, b)

        key = a.shape, a.tobytes(), b.tobytes()
        return made.setdefault(key, StyleContext(a, b, make_untrained))  # matched once for all styles

    return context


@cache
def noise(height: int, width: int, seed: int) -> Pixels:
    made = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    made.flags.writeable = False
    return made


def shown(blend: Blend, a: Pixels, b: Pixels, steps: int = 9) -> list[Pixels]:
    return [blend(float(share), a, b) for share in np.linspace(0, 1, steps)]


@every_style
def test_the_spelling_is_read_back(style: Style) -> None:
    assert choose(str(style), STYLES, "style") == style and str(style) == style.name


@pytest.mark.parametrize("size", SIZES, ids=str)
@every_style
def test_ends_are_exact_and_inputs_untouched(style: Style, size: tuple[int, int], in_context: InContext) -> None:
    height, width = size
    a, b, live_a, live_b = (noise(height, width, seed) for seed in range(4))  # none of which can be written to
    blend = style.blend(in_context(a, b))
    for ends in ((a, b), (live_a, live_b)):
        frames = shown(blend, *ends, 5)
        assert np.array_equal(frames[0], ends[0]) and np.array_equal(frames[-1], ends[1])
        assert all(frame.shape == (height, width, 3) and frame.dtype == np.uint8 for frame in frames)


@every_style
def test_frames_may_be_larger_than_the_stage(style: Style, in_context: InContext) -> None:
    blend = style.blend(in_context(noise(20, 24, 0), noise(20, 24, 1)))
    a, b = noise(51, 60, 2), noise(51, 60, 3)
    frames = shown(blend, a, b, 3)
    assert np.array_equal(frames[0], a) and frames[1].shape == a.shape and np.array_equal(frames[2], b)


@every_style
def test_the_same_bytes_twice(style: Style, in_context: InContext, clips: ModuleType) -> None:
    a, b = clips.disc(9, 32, height=64, width=40), clips.disc(30, 20, height=64, width=40, blue=150)
    again = in_context(a, b)
    one, same = (shown(style.blend(context), a, b) for context in (again, replace(again)))
    assert all(np.array_equal(frame, other) for frame, other in zip(one, same, strict=True))


@every_style
def test_two_equal_stills_stay_what_they_are(style: Style, in_context: InContext, clips: ModuleType) -> None:
    for still in (noise(40, 30, 0), clips.disc(15, 20, height=40, width=30)):
        frames = shown(style.blend(in_context(still, still.copy())), still, still.copy())
        if style == Dream():  # which decodes what it saw, so it is what the model makes of it, and the same in between
            assert all(np.array_equal(frame, still) for frame in (frames[0], frames[-1]))
        else:
            assert all(np.abs(frame.astype(int) - still).max() <= 1 for frame in frames)


@every_style
def test_no_step_is_a_leap_but_of_a_cut(style: Style, in_context: InContext, clips: ModuleType) -> None:
    a, b = clips.disc(9, 32, height=64, width=40), clips.disc(30, 20, height=64, width=40, blue=150)
    changes = change(shown(style.blend(in_context(a, b)), a, b, 41))
    whole = change([a, b])[0]
    assert changes.max() == pytest.approx(whole) if style.name == "cut" else changes.max() < 0.4 * whole


@pytest.fixture(scope="module")
def crossing(clips: ModuleType) -> Pair:
    """A disc at the left, and one at the right."""
    return clips.disc(9, 32, radius=7, height=64, width=40), clips.disc(31, 32, radius=7, height=64, width=40)


def lit(frame: Pixels) -> list[bool]:
    """Whether there is a disc's light where the first disc is, in the middle, and where the second is."""
    return [bool(frame[32, x, 0] > 120) for x in (9, 20, 31)]


@pytest.mark.parametrize("style", [Morph(), Melt(), Morph(smooth=4), Morph(turn=0.5)], ids=str)
def test_a_morph_takes_the_disc_through_the_middle(
    style: Style, in_context: InContext, crossing: Pair, clips: ModuleType
) -> None:
    blend = style.blend(in_context(*crossing))
    assert lit(blend(0.5, *crossing)) == [False, True, False]
    across = [clips.centre(blend(float(share), *crossing))[0] for share in np.linspace(0, 1, 9)]
    assert (np.diff(across) > -0.5).all() and across[4] == pytest.approx(20, abs=3)


@pytest.mark.parametrize("share", [0.35, 0.5, 0.65])
def test_a_fade_shows_both(share: float, in_context: InContext, crossing: Pair) -> None:
    frame = Fade().blend(in_context(*crossing))(share, *crossing)
    assert lit(frame) == [True, False, True]


def test_a_cut_shows_one_and_then_the_other(in_context: InContext, crossing: Pair) -> None:
    blend = choose("cut", STYLES, "style").blend(in_context(*crossing))
    for share, end in ((0.2, 0), (0.49, 0), (0.5, 1), (0.9, 1)):
        assert np.array_equal(blend(share, *crossing), crossing[end])


def test_a_flow_follows_what_moves_a_little(in_context: InContext, clips: ModuleType) -> None:
    pair = clips.disc(30, 32, height=64, width=80), clips.disc(38, 32, height=64, width=80)
    frame = choose("flow", STYLES, "style").blend(in_context(*pair))(0.5, *pair)
    assert clips.centre(frame)[0] == pytest.approx(34, abs=1)
    sharp = [float(np.square(np.diff(picture.astype(float), axis=1)).sum()) for picture in (pair[0], frame)]
    assert sharp[1] > 0.7 * sharp[0]


def test_only_a_dream_has_to_be_trained(clips: ModuleType) -> None:
    a, b = clips.disc(9, 20, height=40, width=30), clips.disc(20, 20, height=40, width=30)

    def trained() -> DreamOfFrames:
        raise RuntimeError("training")

    for style in STYLES:
        if style is Dream:
            with pytest.raises(RuntimeError, match="training"):
                style().blend(StyleContext(a, b, trained))
        else:
            assert style().blend(StyleContext(a, b, trained))(0.5, a, b).shape == a.shape


def test_what_is_tried_and_what_it_is_held_against() -> None:
    assert ATTEMPTS[0] == STYLES[0]() == Morph() and len(set(ATTEMPTS)) == len(ATTEMPTS)
    assert {type(style) for style in (*ATTEMPTS, *CONTROL_STYLES, Dream())} == set(STYLES)
