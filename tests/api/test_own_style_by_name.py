"""A style of one's own, by name: on the command line, in the record, and from the record if that is trusted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import segue
from segue.join.project import read_project

CODE = '''
from dataclasses import dataclass

import numpy as np

from segue.core.choices import option
from segue.join.styles import Style


@dataclass(frozen=True)
class Swirl(Style):
    """The second clip comes in by rings, each turned on its own."""

    strength: float = option(1.0, "turns", low=0, high=10)

    def blend(self, context):
        def frame(share, a, b):
            if share in (0, 1):
                return b if share else a
            height, width = a.shape[:2]
            down, across = np.mgrid[:height, :width] + 0.5
            far = np.hypot(down / height - 0.5, across / width - 0.5)
            turned = (far * 3 * self.strength % 1)[..., None] < share
            return np.where(turned, b, a)

        return frame
'''

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]
STYLE = "swirls.rings:Swirl:strength=2"


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "code" / "swirls").mkdir(parents=True)
    (tmp_path / "code" / "swirls" / "rings.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path / "code")
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "swirls"]:
        del sys.modules[name]


@pytest.fixture
def pair(tmp_path: Path, clips: ModuleType) -> list[Path]:
    return [
        clips.write(tmp_path / f"{name}.mp4", clips.rolling(10, (16, y), (2, 0)))
        for name, y in (("left", 16), ("right", 32))
    ]


def test_on_the_command_line_and_from_the_record(
    pair: list[Path], tmp_path: Path, segue: Segue, refused: Refused
) -> None:
    film, again = tmp_path / "film.mp4", tmp_path / "again.mp4"
    result = segue("join", *pair, "-o", film, "--style", STYLE, "--seconds", "0.2", "--quick")
    assert result["style"] == "swirls.rings:Swirl:strength=2.0" and list(result["scores"]) == [result["style"]]
    record = film.with_suffix(".json")
    assert json.loads(record.read_text())["project"]["clips"][0]["style"] == result["style"]

    for name in [name for name in sys.modules if name.partition(".")[0] == "swirls"]:
        del sys.modules[name]
    line = refused("join", "--from", record, "-o", again)
    assert "swirls.rings:Swirl" in line and "trust" in line and not again.exists()
    assert not [name for name in sys.modules if name.partition(".")[0] == "swirls"], "imported without trust"

    segue("join", "--from", record, "-o", again, "--trust-code")
    assert again.read_bytes() == film.read_bytes()
    assert "trust_code" not in again.with_suffix(".json").read_text()


def test_a_project_file_cannot_trust_itself(pair: list[Path], tmp_path: Path, refused: Refused) -> None:
    clips = "".join(f'[[clips]]\npath = "{path.name}"\n' for path in pair)
    for head, tail in ((f'style = "{STYLE}"\ntrust_code = true\n', ""), ("", f'style = "{STYLE}"\n')):
        project = tmp_path / "film.toml"
        project.write_text(head + clips + tail)
        assert "trust" in refused("join", "--from", project, "-o", tmp_path / "film.mp4")
        assert read_project(project, trust_code=True).clips[0].path == pair[0]
    assert "swirls.rings" not in sys.modules


def test_in_python(pair: list[Path], tmp_path: Path) -> None:
    from swirls.rings import Swirl  # type: ignore[import-not-found]

    films = [
        segue.join_clips(segue.JoinRequest(tmp_path / f"{n}.mp4", tuple(pair), style=style, seconds=0.2, quick=True))
        for n, style in enumerate((STYLE, Swirl(2)))
    ]
    assert films[0].style == films[1].style == "swirls.rings:Swirl:strength=2.0"
    assert films[0].out.read_bytes() == films[1].out.read_bytes()
    faded = segue.join_clips(segue.JoinRequest(tmp_path / "fade.mp4", tuple(pair), style="fade", seconds=0.2))
    assert not np.array_equal(faded.out.read_bytes(), films[0].out.read_bytes())


def test_from_a_process_of_its_own(pair: list[Path], tmp_path: Path) -> None:
    words = ["join", *map(str, pair), "-o", str(tmp_path / "film.mp4"), "--style", "rings:Swirl", "--quick"]
    command = [sys.executable, "-m", "segue", *words, "--seconds", "0.2"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path / "code" / "swirls")
    assert run.returncode == 0 and "rings:Swirl" in run.stdout, run.stderr
