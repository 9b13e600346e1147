"""What a join's request comes to: the clips that it names, the styles, and the files that will be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from segue.core.choices import choose, list_changes
from segue.core.errors import InputError, unknown
from segue.core.images import check_writable
from segue.core.own_choices import split_own
from segue.join.project import ProjectClip, read_project
from segue.join.request import AUTO, JoinRequest
from segue.join.styles import ATTEMPTS, STYLES, Style
from segue.video import check_output


def resolve_request(request: JoinRequest) -> tuple[JoinRequest, tuple[ProjectClip, ...]]:
    """Resolve a request: read its project, if it has one, and list the clips.

    Args:
        request: the request; what it has that is not at its default comes before the project's own options.

    Returns:
        The request with what its project asks for, and the clips in order.

    Raises:
        InputError: for a project that cannot be read or is not trusted, for clips beside one, and for too few clips.
    """
    clips = tuple(ProjectClip(path) for path in request.clips)
    if request.from_ is not None:
        if clips:
            raise InputError("`clips` beside `from_`", "one of the two", "listing the clips in the project")
        project = read_project(request.from_, trust_code=request.trust_code)
        request = JoinRequest.from_json({**project.options, **list_changes(request), "from_": None}, trust_code=True)
        clips = project.clips
    if len(clips) < (1 if request.loop else 2):
        raise InputError(
            f"{len(clips)} clip{'' if len(clips) == 1 else 's'}", "two or more, or one with `loop`", "more clips"
        )
    if request.size is not None and len(request.size) != 2:
        raise InputError(f"`size` of {len(request.size)} numbers", "two", "HEIGHTxWIDTH")
    return request, tuple(replace(clip, hold=clip.hold or request.hold) for clip in clips)


def choose_styles(style: str | Style) -> tuple[Style, ...]:
    """Choose the styles to try, in order.

    Args:
        style: a style or its spelling, or "auto".

    Returns:
        One style, or `ATTEMPTS`.

    Raises:
        InputError: for a style that there is not.
    """
    names = [AUTO, *(style.name for style in STYLES)]
    if isinstance(style, str) and split_own(style) is None and style.partition(":")[0].strip() not in names:
        raise unknown("style", style.partition(":")[0], names)
    return ATTEMPTS if style == AUTO else (choose(style, STYLES, "style"),)


def check_outputs(request: JoinRequest, clips: Sequence[ProjectClip]) -> None:
    """Say what is wrong with the outputs before any work, not after it.

    Args:
        request: the request, resolved.
        clips: its clips.

    Raises:
        InputError: for outputs that cannot be written, or that are one of the clips.
    """
    if request.handles and not request.only_transition:
        raise InputError(
            f"`handles={request.handles:g}` of a whole film",
            "a transition alone",
            "`only_transition=True`, or leaving it out",
        )
    alone = request.only_transition and not request.preview
    films = film_paths(request.out, len(clips) - (not request.loop), alone=alone)
    wanted = {".otio": request.otio, ".html": request.report, ".png": request.sheet, "-cuts.png": request.best_cut}
    others = [path_beside(request.out, ending) for ending in (".json", *filter(wanted.get, wanted))]
    for path in (*films, *others):
        if path.resolve() in (clip.path.resolve() for clip in clips):
            raise InputError(f"output {path}, which is one of the clips", "a new name", "another `out`")
        if path in films:
            check_output(path, request.codec, request.crf)
        else:
            check_writable(path)


def film_paths(out: Path, cuts: int, *, alone: bool) -> tuple[Path, ...]:
    """Name the films that are written.

    Args:
        out: the output that was asked for.
        cuts: how many transitions there are.
        alone: whether each transition is written alone.

    Returns:
        One, or one for each of several transitions.

    >>> [path.name for path in film_paths(Path("out.mov"), 2, alone=True)]
    ['out-1.mov', 'out-2.mov']
    """
    if not alone or cuts == 1:
        return (out,)
    return tuple(out.with_name(f"{out.stem}-{number}{out.suffix}") for number in range(1, cuts + 1))


def path_beside(film: Path, ending: str) -> Path:
    """Name a file that stands beside the film.

    Args:
        film: the film.
        ending: what its name ends in, instead of the film's ending.

    Returns:
        The path.

    >>> path_beside(Path("films/out.mp4"), "-cuts.png").as_posix()
    'films/out-cuts.png'
    """
    return film.with_name(film.stem + ending)
