"""A movement between two pictures, shown in any two frames."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import torch

from segue.core.images import Pixels
from segue.core.progress import Event
from segue.evaluation.metrics.ghosting import ghosting
from segue.join.morph import LONGEST, ROWS, Morph, describe_cells, match_frames
from segue.latent.paths.transport import Movements


@pytest.fixture(scope="module")
def pair(clips: ModuleType) -> tuple[Pixels, Pixels]:
    return clips.disc(9, 32, height=64, width=40), clips.disc(30, 28, height=64, width=40, blue=160)


@pytest.fixture(scope="module")
def moves(pair: tuple[Pixels, Pixels]) -> Movements:
    return match_frames(*pair)


def test_cells_hold_colour_and_edges() -> None:
    frame = np.zeros((60, 80, 3), np.uint8)
    frame[:, 40:] = (255, 0, 0)
    found = describe_cells(frame, 30, 40)
    assert found.shape == (5, 30, 40)
    assert found[:3, 3, 3].tolist() == [-1, -1, -1] and found[:3, 3, 30].tolist() == [1, -1, -1]
    assert found[3].nonzero()[:, 1].unique().tolist() == [19] and not found[4].any()


@pytest.mark.parametrize(
    ("shape", "grid"), [((64, 40), (30, 19)), ((300, 300), (30, 30)), ((40, 160), (13, 53)), ((8, 900), (1, 53))]
)
def test_each_cell_has_a_place_of_its_own(shape: tuple[int, int], grid: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    found = match_frames(*rng.integers(0, 256, (2, *shape, 3), np.uint8))
    assert found.grid == grid and grid[0] <= ROWS and max(grid) <= LONGEST
    for places in (found.starts, found.ends):
        assert len({tuple(place) for place in places.tolist()}) == grid[0] * grid[1]


def test_matching_tells_how_far_it_is(pair: tuple[Pixels, Pixels]) -> None:
    events: list[Event] = []
    match_frames(*pair, events.append)
    assert {event.stage for event in events} == {"match"} and events[-1].done == events[-1].total


def test_a_disc_moves_across(pair: tuple[Pixels, Pixels], clips: ModuleType) -> None:
    shown = [Morph(match_frames(*pair), 2, 0.15).frame(share, *pair) for share in (0.25, 0.5, 0.75)]
    across = [clips.centre(frame)[0] for frame in shown]
    assert across == pytest.approx([9 + 21 * share for share in (0.25, 0.5, 0.75)], abs=4)


def test_live_frames_of_another_size_move_the_same_way(
    moves: Movements, pair: tuple[Pixels, Pixels], clips: ModuleType
) -> None:
    big = (
        clips.disc(18, 64, radius=18, height=128, width=80),
        clips.disc(60, 56, radius=18, height=128, width=80, blue=160),
    )
    small, large = (Morph(moves, 2, 0.15).frame(0.5, *ends) for ends in (pair, big))
    assert large.shape == (128, 80, 3)
    assert np.array(clips.centre(large)) / 2 == pytest.approx(clips.centre(small), abs=0.7)


def test_both_clips_go_on_playing(moves: Movements, pair: tuple[Pixels, Pixels]) -> None:
    bright = tuple((frame // 2 + 100).astype(np.uint8) for frame in pair)
    shown, lit = (Morph(moves, 2, 0.15).frame(0.5, *ends) for ends in (pair, bright))
    assert np.abs(lit.astype(int) - (shown // 2 + 100)).mean() < 4


def test_one_place_turns_late_or_early_and_mixtures_are_rare(moves: Movements, pair: tuple[Pixels, Pixels]) -> None:
    mixtures = []
    for turn in (0.05, 1.0):
        frames = np.stack([Morph(moves, 2, turn).frame(share, *pair) for share in np.linspace(0, 1, 13)])
        mixtures.append(ghosting(frames, *pair))
    assert mixtures[0] < 0.35 and mixtures[0] < mixtures[1]


def test_little_averaging_moves_each_cell_for_itself(moves: Movements) -> None:
    def rough(smooth: float) -> float:
        way, _ = moves.displace(0.5, (64, 40), 0.15, smooth=smooth, mode="bicubic")
        return float((way / torch.tensor([64, 40])).diff(dim=0).abs().mean())

    assert rough(0.9) > 1.3 * rough(2) > 1.3 * rough(6)


def test_what_is_alike_stays_where_it_is() -> None:
    frame = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    found = match_frames(frame, frame.copy())
    assert torch.equal(found.starts, found.ends) and found.mean_distance == 0
