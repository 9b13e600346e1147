"""Files that list clips."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segue.cli import main
from segue.core.download import sha256_of
from segue.core.errors import InputError
from segue.join.project import ProjectClip, read_project

TOML = """
seconds = 2
style = "melt"
best_cut = 1.5

[[clips]]
path = "a.mp4"
start = 1
stop = 4.5
mode = "insert"

[[clips]]
path = "more/still.png"
hold = 3
"""


def test_toml_lists_clips_and_options(tmp_path: Path) -> None:
    (tmp_path / "film.toml").write_text(TOML)
    found = read_project(tmp_path / "film.toml")
    assert found.clips == (
        ProjectClip(tmp_path / "a.mp4", start=1, stop=4.5, mode="insert"),
        ProjectClip(tmp_path / "more" / "still.png", hold=3),
    )
    assert found.options == {"seconds": 2, "style": "melt", "best_cut": 1.5}


def test_the_record_of_a_film_is_one_too(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"a clip")
    clip = {"path": "a.mp4", "sha256": sha256_of(tmp_path / "a.mp4")}
    page = {"film": {"frames": 3}, "project": {"loop": True, "clips": [clip]}}
    (tmp_path / "film.json").write_text(json.dumps(page))
    found = read_project(tmp_path / "film.json")
    assert found.options == {"loop": True} and found.clips[0].path == tmp_path / "a.mp4"
    (tmp_path / "a.mp4").write_bytes(b"another")
    with pytest.raises(InputError, match="try the clip that was joined"):
        read_project(tmp_path / "film.json")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("film.toml", "seconds = ", "expected TOML"),
        ("film.json", "{", "expected JSON"),
        ("film.json", "[1]", "lists nothing by name"),
        ("film.toml", "seconds = 1", r"without clips; expected a table \[\[clips\]\]"),
        ("film.toml", "clips = [1]", "without clips"),
        ("film.toml", "[[clips]]\npth = 'a.mp4'", "try path"),
        ("film.toml", "[[clips]]\npath = 'a.mp4'\nstart = 'soon'", "start of a clip=soon; expected a number"),
        ("film.toml", "[[clips]]\npath = 'a.mp4'\nmode = 'over'", "overlap"),
    ],
)
def test_what_is_no_project_is_refused(name: str, text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said):
        read_project(tmp_path / name)


def test_bytes_and_folders_and_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "film.toml").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "film.toml", tmp_path, tmp_path / "missing.toml"):
        with pytest.raises(InputError):
            read_project(path)


def test_a_record_of_an_older_version_renders_the_same_film(tmp_path: Path) -> None:
    """`old/` was written by segue 0.1.0 before joining had a core of its own; the digest is of its film's pixels."""
    old = Path(__file__).parent / "old" / "film.json"
    assert main(["join", "--from", str(old), "-o", str(tmp_path / "film")]) == 0
    digest = hashlib.sha256()
    for picture in sorted((tmp_path / "film").glob("*.png")):
        digest.update(np.asarray(Image.open(picture).convert("RGB")).tobytes())
    assert digest.hexdigest() == "e04eb8b7522fe836a3fdd0fb64dd3b96b5bc356a9e0dd10e9070f3440a721302"
    recorded, written = (json.loads(path.read_text()) for path in (old, tmp_path / "film.json"))
    assert recorded["frames"] == written["frames"] and recorded["film"] == written["film"]
    assert [list(one) for one in recorded["transitions"]] == [list(one) for one in written["transitions"]]
    assert recorded["project"].keys() == written["project"].keys()
