"""What every world must do."""

from __future__ import annotations

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.progress import Event
from segue.data.datasets import WORLDS, generated, load
from segue.data.datasets.worlds import Discs, World
from segue.data.datasets.worlds.factors import Values

every_world = pytest.mark.parametrize("kind", WORLDS, ids=lambda kind: kind.name)


def some(world: World, count: int, seed: int = 0) -> Values:
    """Factor values drawn from all that the world has, `[n, k]`."""
    rng = np.random.default_rng(seed)
    columns = [
        rng.integers(f.low, f.high, count, endpoint=True) if f.kind == "category" else rng.uniform(f.low, f.high, count)
        for f in world.space
    ]
    return np.stack(columns, -1).astype(np.float64)


@every_world
def test_renders_its_set_and_any_values(kind: type[World]) -> None:
    world = kind()
    factors = world.factors()
    assert factors.shape[1] == len(world.factor_names) == len(set(world.factor_names))
    values = np.concatenate([factors[:: len(factors) // 5], some(world, 5)])
    before = values.copy()
    images = world.render(values)
    assert images.shape == (len(values), world.side, world.side, world.channels)
    assert images.dtype == np.uint8
    assert np.array_equal(values, before)
    assert np.array_equal(world.render(values[::-1])[::-1], images)
    assert world.render(values[:0]).shape == (0, *images.shape[1:])


@every_world
def test_refuses_values_it_does_not_have(kind: type[World]) -> None:
    world = kind()
    good = some(world, 1)
    with pytest.raises(InputError, match=r"expected \[n, "):
        world.render(good[:, 1:])
    for i, factor in enumerate(world.space):
        wrong = [np.nan, np.inf] if factor.kind == "angle" else [np.nan, factor.low - 1, factor.high + 0.01]
        for value in [*wrong, *([factor.low + 0.5] if factor.kind == "category" else [])]:
            bad = good.copy()
            bad[0, i] = value
            with pytest.raises(InputError, match=factor.name):
                world.render(bad)


@every_world
def test_truths_lead_from_image_to_image_by_little_steps(kind: type[World]) -> None:
    world = kind()
    a, b = some(world, 2, seed=3)
    for i, factor in enumerate(world.space):
        if factor.kind == "category":
            b[i] = a[i]
    t = np.linspace(0, 1, 12)
    truths = world.truths(a, b, t)
    frames = world.frames(truths)
    assert truths.shape == (1, 12, len(world.space))
    assert frames.shape == (1, 12, world.side, world.side, world.channels)
    assert np.array_equal(frames[0, [0, -1]], world.render([a, b]))
    back = world.frames(world.truths(b, a, t))
    assert np.abs(back[:, ::-1].astype(int) - frames).max() <= 1
    halves = world.frames(world.truths(a, b, np.linspace(0, 1, 23)))[0].astype(float)
    steps = np.sqrt(np.square(np.diff(halves, axis=0)).mean((1, 2, 3)))
    assert steps.min() > 0
    assert steps.max() < np.sqrt(np.square(halves[-1] - halves[0]).mean())


@every_world
def test_no_truth_leads_from_one_category_to_another(kind: type[World]) -> None:
    world = kind()
    a = some(world, 1)[0]
    for i, factor in enumerate(world.space):
        if factor.kind == "category":
            b = a.copy()
            b[i] = (a[i] + 1) % (factor.high + 1)
            truths = world.truths(a, b, [0, 0.5, 1])
            assert truths.shape == (0, 3, len(world.space))
            assert world.frames(truths).shape == (0, 3, world.side, world.side, world.channels)


@every_world
def test_from_an_image_to_itself_nothing_moves(kind: type[World]) -> None:
    world = kind()
    a = some(world, 1)[0]
    assert np.array_equal(world.truths(a, a, [0, 0.3, 1]), np.tile(a, (1, 3, 1)))


@every_world
def test_loads_by_name_and_spells_itself(kind: type[World]) -> None:
    part = load(kind.name, limit=3).train
    assert part.factor_names == kind().factor_names
    assert np.array_equal(part.images, kind().render(part.factors))
    assert str(kind()) == kind.name


def test_a_set_that_is_asked_for_again_is_not_rendered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated, "_kept", {})
    count: list[Event] = []
    again = Discs(x=2, y=2)
    values = again.factors()
    first = generated.render_cached(again, values, count.append)
    told = len(count)
    assert generated.render_cached(again, values.copy(), count.append) is first
    assert len(count) == told > 0
    assert not first.flags.writeable
    monkeypatch.setattr(generated, "KEPT_BYTES", first.nbytes)
    generated.render_cached(again, values[1:])
    assert [images.nbytes < first.nbytes for images in generated._kept.values()] == [True]  # the oldest made room
