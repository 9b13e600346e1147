"""The OpenTimelineIO file: read back, and played as an editor would, it is the film."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import opentimelineio as otio
import pytest
from PIL import Image

from segue.core.images import Pixels
from segue.core.progress import silent
from segue.join.canvas import Canvas
from segue.join.clip_window import make_window
from segue.join.exports import choose_films
from segue.join.film import write_film
from segue.join.otio import url, write_otio
from segue.join.plan import Plan
from segue.join.record import summarize, write_record
from segue.join.request import JoinRequest
from segue.join.seam_frames import read_seam
from segue.join.styles import Fade
from segue.join.timeline import Cut
from segue.join.transition import make_transition
from segue.video import examine, probe, read_frames, read_sound

Join = Callable[..., dict[str, Any]]
Sound = npt.NDArray[np.float32]

FPS, RATE = 12, 48_000
SHORT = ("--seconds", "0.25")
ALONE = ("--only-transition", "--handles", "0.5")


def opened(path: Path) -> Any:
    return otio.adapters.read_from_file(str(path))


def linked(path: Path, item: Any) -> Path:
    """The file that a clip refers to."""
    media = item.media_reference
    if isinstance(media, otio.schema.ImageSequenceReference):
        return path.parent / otio.url_utils.filepath_from_url(media.target_url_base)
    return path.parent / otio.url_utils.filepath_from_url(media.target_url)


def pictures(file: Path) -> list[Pixels]:
    if file.is_dir():
        return [np.array(Image.open(picture)) for picture in sorted(file.glob("*.png"))]
    if file.suffix == ".png":
        return [np.array(Image.open(file))]
    return list(read_frames(file))


def played(path: Path) -> list[Pixels]:
    """What an editor shows of the picture track, from each clip's own file, at the timeline's rate."""
    timeline = opened(path)
    (track,) = timeline.video_tracks()
    fps, shown = Fraction(timeline.global_start_time.rate).limit_denominator(1001), []
    for item in track:
        frames, extent = pictures(linked(path, item)), item.source_range
        available = item.media_reference.available_range
        frozen = any(isinstance(effect, otio.schema.FreezeFrame) for effect in item.effects)
        assert available.duration.value == len(frames)
        if not frozen:
            assert available.start_time <= extent.start_time
            assert extent.end_time_exclusive().to_seconds() <= available.end_time_exclusive().to_seconds() + 1e-9
        rate = extent.start_time.rate
        for index in range(round(extent.duration.to_seconds() * fps)):
            at = (extent.start_time - available.start_time).value + (0 if frozen else index * rate / float(fps))
            shown.append(frames[math.floor(at + 1e-6)])
    return shown


def listened(path: Path) -> Sound:
    """What an editor lets hear."""
    timeline = opened(path)
    (track,) = timeline.audio_tracks()
    heard = []
    for item in track:
        count = round(item.source_range.duration.to_seconds() * RATE)
        if isinstance(item, otio.schema.Gap):
            heard.append(np.zeros((count, 2), np.float32))
            continue
        since = item.source_range.start_time - item.media_reference.available_range.start_time
        start = round(since.to_seconds() * RATE)
        heard.append(np.concatenate(list(read_sound(linked(path, item))))[start : start + count])
    return np.concatenate(heard)


def same(one: list[Pixels], two: list[Pixels], clips: ModuleType, least: float = 30) -> bool:
    return len(one) == len(two) and all(clips.psnr(a, b) > least for a, b in zip(one, two, strict=True))


@pytest.fixture
def three(tmp_path: Path, clips: ModuleType) -> list[Path]:
    """Twelve frames each; the last one is silent."""
    (tmp_path / "clips").mkdir()
    return [
        clips.write(
            tmp_path / "clips" / f"{n}.mp4",
            clips.counted(range(n, n + 12)),
            sound=clips.tone(hertz, 1) if hertz else None,
        )
        for n, hertz in ((0, 400), (20, 700), (40, 0))
    ]


CASES = {
    "overlap": (2, ("--mode", "overlap")),
    "insert": (2, ("--mode", "insert")),
    "three": (3, ()),
    "loop": (3, ("--loop",)),
    "itself": (1, ("--loop",)),
}


@pytest.mark.parametrize("how", [(), ALONE], ids=["whole", "alone"])
@pytest.mark.parametrize("case", CASES)
def test_what_is_played_is_the_film(
    case: str, how: tuple[str, ...], three: list[Path], tmp_path: Path, join: Join, clips: ModuleType
) -> None:
    count, words = CASES[case]
    join(*three[:count], "-o", tmp_path / "whole.mp4", *SHORT, *words)
    result = join(*three[:count], "-o", tmp_path / "films" / "out.mov", *SHORT, *words, *how, "--otio")
    path = tmp_path / "films" / "out.otio"
    assert result["otio"] == str(path)
    film = list(read_frames(tmp_path / "whole.mp4"))
    assert same(played(path), film, clips)
    timeline = opened(path)
    assert timeline.name == "out" and timeline.duration().to_seconds() == pytest.approx(len(film) / FPS)
    for track in timeline.tracks:
        assert track.duration().to_seconds() == pytest.approx(len(film) / FPS)
    heard, whole = listened(path), np.concatenate(list(read_sound(tmp_path / "whole.mp4")))
    assert len(heard) == len(whole) and np.abs(heard - whole)[RATE // 100 :].mean() < 0.02


def test_clips_are_the_users_own_files_whole(three: list[Path], tmp_path: Path, join: Join) -> None:
    join(*three, "-o", tmp_path / "films" / "out.mov", *SHORT, *ALONE, "--otio")
    path = tmp_path / "films" / "out.otio"
    (track,) = opened(path).video_tracks()
    assert [linked(path, item).resolve() for item in track] == [
        three[0],
        tmp_path / "films" / "out-1.mov",
        three[1],
        tmp_path / "films" / "out-2.mov",
        three[2],
    ]
    assert track[0].media_reference.target_url == "../clips/0.mp4"
    ranges = [(item.source_range.start_time.value, item.source_range.duration.value) for item in track]
    assert ranges == [(0, 9), (6, 3), (3, 6), (6, 3), (3, 9)]
    available = [item.media_reference.available_range.duration.value for item in track]
    assert available == [12, 15, 12, 15, 12]


def test_without_a_film_of_its_own_a_transition_is_a_range_of_the_whole(
    three: list[Path], tmp_path: Path, join: Join
) -> None:
    join(*three, "-o", tmp_path / "out.mov", *SHORT, "--otio")
    (track,) = opened(tmp_path / "out.otio").video_tracks()
    for item, first in ((track[1], 9), (track[3], 18)):
        assert item.media_reference.target_url == "out.mov"
        assert (item.source_range.start_time.value, item.source_range.duration.value) == (first, 3)
        assert item.media_reference.available_range.duration.value == 30


@pytest.mark.parametrize("fps", [Fraction(24), Fraction(8), Fraction(25), Fraction(30000, 1001)])
def test_a_clip_keeps_its_own_rate(
    fps: Fraction, three: list[Path], tmp_path: Path, join: Join, clips: ModuleType
) -> None:
    other = clips.write(tmp_path / "other.mp4", clips.counted(range(20, 44)), fps)
    join(three[0], other, "-o", tmp_path / "whole.mp4", *SHORT, "--audio", "none")
    join(three[0], other, "-o", tmp_path / "out.mov", *SHORT, *ALONE, "--otio", "--audio", "none")
    timeline = opened(tmp_path / "out.otio")
    own = timeline.video_tracks()[0][2]
    rate = float(probe(other).fps)
    assert own.source_range.start_time.rate == own.media_reference.available_range.start_time.rate == rate
    assert own.source_range.start_time.to_seconds() == pytest.approx(0.25, abs=0.5 / FPS)
    film, shown = list(read_frames(tmp_path / "whole.mp4")), played(tmp_path / "out.otio")
    assert len(film) == len(shown) == round(timeline.duration().to_seconds() * FPS)
    wanted, got = (np.array(clips.numbers_in(frames)) for frames in (film, shown))
    # Where the film ends after the clip, the range begins up to half a frame of the film earlier.
    assert np.abs(wanted - got).max() <= math.ceil(fps / FPS / 2) and not timeline.audio_tracks()
    if fps in (24, 8):
        assert list(wanted) == list(got)


def test_clips_that_are_trimmed_and_stills_that_are_held(
    three: list[Path], tmp_path: Path, join: Join, clips: ModuleType
) -> None:
    Image.fromarray(clips.counted([33])[0]).save(tmp_path / "still.png")
    project = tmp_path / "project.toml"
    project.write_text(
        'seconds = 0.25\nmode = "overlap"\n'
        '[[clips]]\npath = "clips/0.mp4"\nstart = 0.25\n'
        '[[clips]]\npath = "still.png"\nhold = 1.5\n'
        '[[clips]]\npath = "clips/20.mp4"\nstart = 0.1667\nstop = 0.75\n'
    )
    join("--from", project, "-o", tmp_path / "whole.mp4")
    join("--from", project, "-o", tmp_path / "out.mov", *ALONE, "--otio")
    assert same(played(tmp_path / "out.otio"), list(read_frames(tmp_path / "whole.mp4")), clips)
    (track,) = opened(tmp_path / "out.otio").video_tracks()
    ranges = [(item.source_range.start_time.value, item.source_range.duration.value) for item in track]
    assert ranges == [(3, 6), (6, 3), (0, 12), (6, 3), (5, 4)]
    assert [len(item.effects) for item in track] == [0, 0, 1, 0, 0]
    (freeze,) = track[2].effects
    assert isinstance(freeze, otio.schema.FreezeFrame) and freeze.time_scalar == 0
    assert linked(tmp_path / "out.otio", track[2]) == tmp_path / "still.png"
    sound = opened(tmp_path / "out.otio").audio_tracks()[0]
    assert [isinstance(item, otio.schema.Gap) for item in sound] == [False, False, True, False, False]


def test_markers_and_metadata_say_how_good_it_is(three: list[Path], tmp_path: Path, join: Join) -> None:
    words = (*three[:2], *SHORT, "--loop", "--seed", "7", "--otio", "--only-transition", "-o", tmp_path / "out.mov")
    join(*words)
    text = (tmp_path / "out.otio").read_text()
    result = join(*words)
    assert (tmp_path / "out.otio").read_text() == text and "NaN" not in text
    timeline = opened(tmp_path / "out.otio")
    markers = list(timeline.tracks.markers)
    assert [marker.marked_range.start_time.value for marker in markers] == [6, 9, 15, 0]
    for marker, (transition, end) in zip(
        markers, ((one, end) for one in result["transitions"] for end in "ab"), strict=True
    ):
        seam = transition["scores"]["fade"][end]
        assert dict(marker.metadata["segue"]["seam"]) == pytest.approx(seam)
        assert f"position {seam['position']:.2f}" in marker.comment
        missed = any(miss.startswith(f"{end}.") for miss in transition["rungs"][0]["missed"])
        assert marker.color == ("RED" if missed else "GREEN")
    (track,) = timeline.video_tracks()
    metadata = track[1].metadata["segue"]
    assert (metadata["style"], metadata["rung"], metadata["mode"], metadata["seed"]) == ("fade", 1, "overlap", 7)
    listed = json.loads((tmp_path / "out.json").read_text())["project"]["clips"]
    digests = [clip["sha256"] for clip in listed]
    assert dict(metadata["sha256"]) == {"a": digests[0], "b": digests[1]}
    assert track[0].metadata["segue"]["sha256"] == digests[0]
    assert timeline.metadata["segue"]["record"] == "out.json" and timeline.metadata["segue"]["seed"] == 7


def test_a_film_without_sound_has_no_track_for_it(three: list[Path], tmp_path: Path, join: Join) -> None:
    join(three[2], three[2], "-o", tmp_path / "out.mov", *SHORT, "--otio")
    assert not opened(tmp_path / "out.otio").audio_tracks()


def test_ranges_count_from_the_time_code(three: list[Path], tmp_path: Path, join: Join, clips: ModuleType) -> None:
    camera = tmp_path / "camera.mov"
    with av.open(str(camera), "w") as container:
        picture: Any = container.add_stream("libx264", 25, {"crf": "8"}, width=64, height=48, pix_fmt="yuv420p")
        picture.metadata["timecode"] = "10:00:00:05"
        for index, frame in enumerate(clips.counted(range(24))):
            shown = av.VideoFrame.from_ndarray(frame, "rgb24")
            shown.pts, shown.time_base = index, Fraction(1, 25)
            container.mux(picture.encode(shown))
        container.mux(picture.encode(None))
    join(camera, three[1], "-o", tmp_path / "out.mov", "--seconds", "0.2", *ALONE, "--otio")
    join(camera, three[1], "-o", tmp_path / "whole.mp4", "--seconds", "0.2")
    item = opened(tmp_path / "out.otio").video_tracks()[0][0]
    assert item.media_reference.available_range.start_time.to_timecode() == "10:00:00:05"
    assert item.source_range.start_time.to_timecode() == "10:00:00:05"
    assert same(played(tmp_path / "out.otio"), list(read_frames(tmp_path / "whole.mp4")), clips)


def test_names_of_any_kind_are_found(tmp_path: Path, join: Join, clips: ModuleType) -> None:
    names = ("my clip 50% #1?.mp4", "çé:日本 'x'&y.mp4")
    pair = [
        clips.write(tmp_path / name, clips.counted(range(n, n + 9))) for name, n in zip(names, (0, 20), strict=True)
    ]
    join(*pair, "-o", tmp_path / "my film.mov", *SHORT, *ALONE, "--otio")
    (track,) = opened(tmp_path / "my film.otio").video_tracks()
    found = [linked(tmp_path / "my film.otio", item) for item in track]
    assert found == [pair[0], tmp_path / "my film.mov", pair[1]] and all(file.is_file() for file in found)
    assert url(tmp_path / "a:b.mp4", tmp_path) == "./a:b.mp4"  # no scheme


@pytest.mark.parametrize("name", ["frames", "out.gif", "out.webp", "out.webm", "out.mkv"])
def test_any_kind_of_film_is_linked(name: str, three: list[Path], tmp_path: Path, clips: ModuleType) -> None:
    canvas, cut = Canvas(48, 64, Fraction(FPS), "crop"), Cut(0, 1, 3, "overlap")
    plan = Plan(canvas=canvas, windows=tuple(make_window(canvas, examine(path)) for path in three[:2]), cuts=(cut,))
    sides = (read_seam(plan.windows[clip], cut, leaving=not clip, report=silent) for clip in (0, 1))
    transition = make_transition(cut, *sides, [Fade()], lambda: pytest.fail("a fade does not dream"), ())
    films = choose_films(JoinRequest(tmp_path / name, only_transition=True, handles=0.25), plan)
    write_film(films[0].path, plan.windows, films[0].parts, [transition], "mix", silent)
    transitions = [summarize(plan, transition)]
    record = write_record(tmp_path / "out.json", {}, plan, [transition], transitions)
    path = write_otio(tmp_path / "out.otio", plan, films, transitions, record, "mix")
    item = opened(path).video_tracks()[0][1]
    assert linked(path, item) == tmp_path / name
    if name == "frames":
        assert item.media_reference.target_url_for_image_number(8) == "frames/000009.png"
    assert clips.numbers_in(played(path)[:9]) == list(range(9)) and len(played(path)) == 21
    sound = opened(path).audio_tracks()[0][1]
    if name in ("out.gif", "out.webp"):
        assert isinstance(sound, otio.schema.Gap)
    else:
        assert linked(path, sound) == (tmp_path / "frames" / "sound.wav" if name == "frames" else tmp_path / name)
    assert opened(path).duration().to_seconds() == 21 / FPS
