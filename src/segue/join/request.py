"""What a join asks for: the options, the clips that they name, the styles, and the files that will be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

from segue.core.choices import Checked, choose, needed, option, optional
from segue.core.errors import InputError, unknown
from segue.core.images import Fit, check_writable
from segue.join.project import ProjectClip, read_project
from segue.join.sound import Audio
from segue.join.styles import ATTEMPTS, STYLES, Style
from segue.join.timeline import Mode
from segue.latent.paths import PathChoice
from segue.training.methods import Method
from segue.video import CodecName, check_output

AUTO = "auto"


@dataclass(frozen=True)
class JoinRequest(Checked):
    """What a join asks for; `segue join` has an option for each field."""

    examples = (
        "join a.mp4 b.mp4 -o out.mp4 --sheet",
        "join *.mp4 -o film.mp4 --seconds 0.8 --best-cut 2",
        "join a.mp4 b.mp4 -o cut.mov --only-transition --handles 0.5 --otio",
    )

    out: Path = needed("the film: .mp4, .mov, .mkv, .webm, .gif or .webp; without an ending, a folder of PNG")
    clips: tuple[Path, ...] = optional("the clips in order, two or more, or one with --loop; stills count as clips", ())
    from_: Path | None = option(
        None,
        "a project (clips and options in TOML), or the JSON beside a film; options given here override its own",
        group="Input",
    )
    seconds: float = option(1.0, "length of each transition", low=0.04, high=60, group="Transition")
    frames: int | None = option(
        None, "its length in frames of the film, instead of seconds", low=1, high=14_400, group="Transition"
    )
    style: str | Style = option(
        AUTO,
        "how one clip becomes the other: morph, melt, dream; flow, fade and cut to compare; auto tries morphs "
        "until one is good",
        group="Transition",
    )
    mode: Mode | None = option(
        None,
        "overlap: over the end of one clip and the start of the next; insert: new frames between them "
        "(default: overlap where there is room)",
        group="Transition",
    )
    loop: bool = option(False, "also join the last clip to the first", group="Transition")
    hold: float | None = option(
        None, "seconds that a still is shown (default: one frame)", low=0.04, high=3600, group="Input"
    )
    best_cut: float | None = option(
        None,
        "search this many seconds at the end of one clip and at the start of the next for where they join best",
        low=0.04,
        high=60,
        group="Transition",
    )
    through: Path | None = option(
        None,
        "a folder of pictures: a morph goes through the one nearest to both clips, a dream is trained on them too "
        "(and --path graph may go through them)",
        group="Transition",
    )
    audio: Audio = option(
        "mix", "sound during a transition: mix both, cut in the middle, a or b alone, or none at all", group="Sound"
    )
    minutes: float | None = option(None, "maximum training time in minutes", low=0.01, high=1e4, group="Advanced")
    seed: int = option(0, "random seed of weights, order and noise", low=0, high=2**31 - 1, group="Advanced")
    fit: Fit = option("letterbox", "how a clip of another aspect gets to the film's size", group="Output")
    size: tuple[int, ...] | None = option(
        None, "HEIGHTxWIDTH of the film in pixels (default: the first clip's)", low=16, high=8192, group="Output"
    )
    fps: float | None = option(
        None, "frames per second of the film (default: the first clip's)", low=1, high=240, group="Output"
    )
    method: str | Method = option("vae", "of a dream: the training method, ae or vae, with options", group="Advanced")
    path: str | PathChoice = option("linear", "of a dream: the path through its latent space", group="Advanced")
    steps: int = option(1200, "of a dream: the number of training steps", low=1, high=10_000_000, group="Advanced")
    width: int = option(16, "of a dream: the width of the networks", low=2, high=1024, group="Advanced")
    latent: int = option(64, "of a dream: the length of a code", low=1, high=65_536, group="Advanced")
    precision: Literal["auto", "bf16", "fp32"] = option(
        "auto", "of a dream: the number format of the training", group="Advanced"
    )
    codec: CodecName | None = option(
        None, "how pictures are coded (default: as usual for the film's ending)", group="Output"
    )
    crf: int | None = option(
        None, "quality on the codec's own scale, smaller is better", low=0, high=63, group="Output"
    )
    preview: bool = option(
        False, "a small film of the transitions alone, with a second at either side, in the first style", group="Output"
    )
    quick: bool = option(False, "try one style only, and score no controls beside it", group="Transition")
    sheet: bool = option(False, "write a contact sheet of the transitions beside the film", group="Output")
    only_transition: bool = option(False, "write the transition alone; several as OUT-1, OUT-2, ...", group="Output")
    handles: float = option(
        0.0, "seconds of the clips beside a transition that is written alone", low=0, high=60, group="Output"
    )
    report: bool = option(
        False, "write a page with the film, its transitions and what was measured, beside it", group="Output"
    )
    otio: bool = option(
        False, "write the film as an OpenTimelineIO timeline of the clips' own files too, for editors", group="Output"
    )


def resolve_request(request: JoinRequest) -> tuple[JoinRequest, tuple[ProjectClip, ...]]:
    """Resolve a request: read its project, if it has one, and list the clips.

    Args:
        request: the request; what it has that is not at its default comes before the project's own options.

    Returns:
        The request with what its project asks for, and the clips in order.

    Raises:
        InputError: for a project that cannot be read, for clips beside a project, and for too few clips.
    """
    clips = tuple(ProjectClip(path) for path in request.clips)
    if request.from_ is not None:
        if clips:
            raise InputError("clips beside --from", "one of the two", "list the clips in the project")
        project = read_project(request.from_)
        given = {
            field.name: getattr(request, field.name)
            for field in fields(request)
            if getattr(request, field.name) != field.default
        }
        request = JoinRequest.from_json({**project.options, **given, "from_": None})
        clips = project.clips
    if len(clips) < (1 if request.loop else 2):
        raise InputError(
            f"{len(clips)} clip{'' if len(clips) == 1 else 's'}", "two or more, or one with --loop", "name more clips"
        )
    if request.size is not None and len(request.size) != 2:
        raise InputError(f"--size of {len(request.size)} numbers", "two", "write HEIGHTxWIDTH")
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
    if isinstance(style, str) and style.partition(":")[0].strip() not in names:
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
            f"--handles {request.handles:g} of a whole film",
            "a transition alone",
            "add --only-transition, or leave it out",
        )
    alone = request.only_transition and not request.preview
    films = film_paths(request.out, len(clips) - (not request.loop), alone=alone)
    wanted = {".otio": request.otio, ".html": request.report, ".png": request.sheet, "-cuts.png": request.best_cut}
    others = [path_beside(request.out, ending) for ending in (".json", *filter(wanted.get, wanted))]
    for path in (*films, *others):
        if path.resolve() in (clip.path.resolve() for clip in clips):
            raise InputError(f"output {path}, which is one of the clips", "a new name", "choose another with -o")
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
