"""The model that a dream walks through."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from segue.core.progress import Event
from segue.join.canvas import Canvas, choose_canvas
from segue.join.clip_window import ClipWindow, make_window
from segue.join.dream_model import DreamModel
from segue.join.timeline import Cut
from segue.latent.paths import Linear
from segue.training import Training
from segue.training.methods import VAE
from segue.video import examine

OPTIONS = Training(steps=3, batch=4, lr=3e-3)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models; no steps are said to be made where one is found there."""
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "models"


@pytest.fixture
def windows(tmp_path: Path, clips: ModuleType) -> list[ClipWindow]:
    found = []
    for name, numbers in (("a", range(9)), ("b", range(20, 26))):
        clip = examine(clips.write(tmp_path / f"{name}.mp4", clips.counted(numbers)))
        found.append(make_window(choose_canvas(clip.info, None, None, "crop"), clip))
    return found


def dream_model(
    windows: list[ClipWindow], events: list[Event], cuts: tuple[Cut, ...] = (Cut(0, 1, 2, "insert"),)
) -> DreamModel:
    return DreamModel(windows, cuts, VAE(), Linear(), OPTIONS, 2, 2, report=events.append)


def trained(events: list[Event]) -> bool:
    return any(event.stage == "train" and event.total for event in events)


def test_it_trains_once_for_all_dreams(kept: Path, windows: list[ClipWindow], clips: ModuleType) -> None:
    events: list[Event] = []
    found = dream_model(windows, events)
    assert found.steps == 0 and math.isnan(found.psnr) and not events
    a, b = next(windows[0].frames()), next(windows[1].frames())
    shown = found.dream(a, b).frame(0.5, a, b)
    assert shown.shape == a.shape and found.steps == 3 and 0 < found.psnr < 60 and trained(events)
    events.clear()
    found.dream(b, a)
    assert not events and len(list(kept.iterdir())) == 1


def test_what_was_learned_is_kept(kept: Path, windows: list[ClipWindow]) -> None:
    first, events = dream_model(windows, []), list[Event]()
    again = dream_model(windows, events)
    state, same = first.model.state_dict(), again.model.state_dict()
    assert all(np.array_equal(state[name], same[name]) for name in state) and not trained(events)
    assert (again.steps, again.psnr) == (first.steps, first.psnr)
    (file,) = kept.iterdir()
    file.write_bytes(b"damaged")
    events.clear()
    assert dream_model(windows, events).model is not None and trained(events)


@pytest.mark.parametrize("change", ["latent", "seed", "clip", "clock"])
def test_another_request_learns_anew(change: str, kept: Path, windows: list[ClipWindow]) -> None:
    dream_model(windows, []).model  # noqa: B018
    events: list[Event] = []
    other = dream_model(windows, events)
    if change == "latent":
        other.latent = 3
    elif change == "clip":
        other.windows = [windows[0].trim(1, 9), windows[1]]
    else:
        other.options = replace(OPTIONS, **({"seed": 1} if change == "seed" else {"minutes": 5.0}))
    other.model  # noqa: B018
    assert trained(events) and len(list(kept.iterdir())) == (1 if change == "clock" else 2)


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(
    tmp_path: Path, windows: list[ClipWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("in the way")
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "cache"))
    found = dream_model(windows, [])
    assert found.model is not None and found.steps == 3


def test_each_end_with_a_cut_is_learned_once(windows: list[ClipWindow], clips: ModuleType) -> None:
    both = dream_model(windows, [], (Cut(0, 1, 2, "insert"), Cut(1, 0, 2, "insert")))
    one = dream_model(windows, [])
    assert len(one.frames) == 9 + 6 and len(both.frames) == 2 * (9 + 6)
    assert isinstance(windows[0].canvas, Canvas)
    extra = np.zeros((2, *one.frames.shape[1:]), np.uint8)
    assert len(DreamModel(windows, one.cuts, VAE(), Linear(), OPTIONS, 2, 2, lambda: extra).frames) == 17
