"""The clips of a film, in order, each with its stretch and the transition after it; and the files that list them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segue.core.choices import Checked, needed, option
from segue.core.download import sha256_of
from segue.core.errors import InputError
from segue.core.own_choices import check_trust
from segue.core.untrusted import read_json, read_toml
from segue.join.timeline import Mode

LEAST_SECONDS, MOST_SECONDS = 1 / 1000, 14_400
"""Wider than the options of a request: a record may hold one frame at 240 a second, or 14,400 at one."""


@dataclass(frozen=True)
class ProjectClip(Checked):
    """A clip of the film. What is None is as for the whole film."""

    path: Path = needed(help="the clip")
    start: float | None = option(None, "seconds of the clip at which it begins", low=0, high=1e6)
    stop: float | None = option(None, "seconds of the clip at which it ends", low=0, high=1e6)
    hold: float | None = option(None, "seconds that a still is shown", low=LEAST_SECONDS, high=MOST_SECONDS)
    seconds: float | None = option(None, "length of the transition after it", low=LEAST_SECONDS, high=MOST_SECONDS)
    style: str | None = option(None, "style of the transition after it")
    mode: Mode | None = option(None, "whether that overlaps the clips or stands between them")
    sha256: str | None = option(None, "digest that the file must have")

    def _label(self, field: str) -> str:
        return f"{field} of a clip"


@dataclass(frozen=True)
class Project:
    """What a project file asks for: the clips, and options of the whole film by their names."""

    clips: tuple[ProjectClip, ...]
    options: Mapping[str, Any]


def read_project(path: Path | str, *, trust_code: bool = False) -> Project:
    """Read a list of clips in TOML, or the JSON that stands beside a film that was joined.

    Options of a join are written by their names (`best_cut = 2`); each clip is a table `[[clips]]` with the fields of
    `ProjectClip`. Paths are relative to the file.

    Args:
        path: the file; one that ends in .json is a record.
        trust_code: whether styles, paths and methods of one's own, `package.module:Class`, may be imported.

    Returns:
        The clips and the options.

    Raises:
        InputError: for what cannot be read or lists no clips, for a clip whose digest is not `sha256`, and for a choice
            of one's own without `trust_code`.
    """
    path = Path(path)
    page = _read_page(path)
    page = page.get("project", page) if path.suffix == ".json" else page
    listed = page.get("clips") if isinstance(page, dict) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise InputError(f"{path} without clips", "a table [[clips]] with a path for each", "listing the clips")
    clips = tuple(
        ProjectClip.from_json({**one, "path": path.parent / str(one.get("path", ""))}, trust_code=trust_code)
        for one in listed
    )
    for clip in clips:
        if clip.sha256 is not None and (found := sha256_of(clip.path)) != clip.sha256:
            raise InputError(f"{clip.path} with the digest {found[:12]}", clip.sha256[:12], "the clip that was joined")
    options = {key: value for key, value in page.items() if key != "clips"}
    check_trust(options, str(path), trust_code)
    if isinstance(options.get("through"), str):
        options["through"] = path.parent / options["through"]
    return Project(clips=clips, options=options)


def _read_page(path: Path) -> dict[str, Any]:
    page = read_json(path) if path.suffix == ".json" else read_toml(path)
    if not isinstance(page, dict):
        raise InputError(f"{path}, which lists nothing by name", "a table", "mending the file")
    return page
