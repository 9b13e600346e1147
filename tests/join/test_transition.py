"""The frames between two clips: exact at both ends, evenly paced between."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.interpolation import decode
from segue.join.seam import change
from segue.join.transition import FADE, Transition, between, fade, paced, profile
from segue.model import ConvAutoencoder
from segue.paths import PATHS, Linear, Path, PathChoice


@pytest.fixture(scope="module")
def model() -> ConvAutoencoder:
    torch.manual_seed(0)
    return ConvAutoencoder((3, 24, 32), latent=4, width=4).eval()


@pytest.fixture
def across(model: ConvAutoencoder, clips: ModuleType) -> Transition:
    return between(model, Linear(), clips.disc(14, 14), clips.disc(50, 34, blue=160))


@pytest.mark.parametrize("path", [path() for path in PATHS if path.needs == "nothing"], ids=str)
def test_the_ends_are_the_frames_at_the_cut(path: PathChoice, model: ConvAutoencoder, clips: ModuleType) -> None:
    a, b = clips.disc(14, 14), clips.disc(50, 34, blue=160)
    frames = list(between(model, path, a, b).frames(torch.linspace(0, 1, 11)))
    assert len(frames) == 11 and all(frame.shape == a.shape and frame.dtype == np.uint8 for frame in frames)
    assert np.array_equal(frames[0], a) and np.array_equal(frames[-1], b)
    assert change(frames).min() > 0


def test_beyond_the_fade_only_the_decoder_speaks(across: Transition, model: ConvAutoencoder) -> None:
    assert fade(torch.tensor([0.0, FADE / 2, FADE, 1.0])).tolist() == pytest.approx([1, 0.5, 0, 0])
    steps = fade(torch.linspace(0, 1, 50)).diff()
    assert (steps <= 0).all() and steps[0] > -0.01  # it leaves without a jolt


@pytest.mark.parametrize("steps", [2, 3, 13])
def test_a_paced_path_keeps_its_ends_and_goes_on(steps: int, across: Transition, model: ConvAutoencoder) -> None:
    path = paced(model, across.path, steps, 0.001, 0.001)
    codes = path(torch.linspace(0, 1, steps + 1))
    assert torch.equal(codes[[0, -1]], across.path(torch.tensor([0.0, 1.0])))
    along = (codes - codes[0]) @ (codes[-1] - codes[0])
    assert (along.diff() > 0).all()


def test_the_picture_changes_at_the_clips_pace(model: ConvAutoencoder) -> None:
    far = Linear().between(torch.full((4,), -3.0), torch.tensor([3.0, 3.0, -3.0, 3.0]))

    def changes(path: Path, count: int) -> npt.NDArray[np.float64]:
        with torch.no_grad():
            frames = model.decode(path(torch.linspace(0, 1, count))).flatten(1)
        return frames.diff(dim=0).square().mean(1).sqrt().numpy().astype(np.float64)

    whole = changes(far, 101).sum()
    for first, last in [(0.02, 0.02), (0.005, 0.03), (0.03, 0.005)]:
        path = paced(model, far, 25, first * whole, last * whole)
        steps = changes(path, 26) / whole
        assert steps[0] == pytest.approx(first, rel=0.1) and steps[-1] == pytest.approx(last, rel=0.1)
        assert np.abs(np.diff(steps)).max() < 0.6 * steps.max()


def test_no_way_to_go(model: ConvAutoencoder) -> None:
    code = torch.zeros(4)
    path = Linear().between(code, code)
    assert paced(model, path, 4, 0.02, 0.02) is path
    seen = decode(model, code[None])[0]
    assert all(np.array_equal(frame, seen) for frame in Transition(model, path, seen, seen).frames(torch.rand(3)))


lengths = st.floats(0, 1, allow_subnormal=False)


@settings(deadline=None)
@given(st.integers(1, 400), st.floats(1e-6, 100), lengths, lengths)
def test_a_profile_goes_the_whole_way(steps: int, total: float, first: float, last: float) -> None:
    found = profile(steps, total, first, last)
    assert found.shape == (steps,) and (found > 0).all()
    assert found.sum() == pytest.approx(total)


def test_a_profile_begins_and_ends_as_asked() -> None:
    found = profile(100, 10.0, 0.05, 0.02)
    assert found[0] == pytest.approx(0.05, rel=0.05) and found[-1] == pytest.approx(0.02, rel=0.05)
    assert np.abs(np.diff(found)).max() < 0.01
