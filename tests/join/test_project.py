"""Files that list clips."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
    with pytest.raises(InputError, match="give the clip that was joined"):
        read_project(tmp_path / "film.json")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("film.toml", "seconds = ", "cannot be read"),
        ("film.json", "{", "cannot be read"),
        ("film.json", "[1]", "lists nothing by name"),
        ("film.toml", "seconds = 1", r"without clips; expected a table \[\[clips\]\]"),
        ("film.toml", "clips = [1]", "without clips"),
        ("film.toml", "[[clips]]\npth = 'a.mp4'", "did you mean path"),
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
