"""What a join asks for. The networks that an option chooses are not loaded here, so that help comes at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from segue.core.choices import Checked, needed, option, optional
from segue.core.images import Fit
from segue.core.own_choices import TRUST_CODE
from segue.join.sound import Audio
from segue.join.timeline import Mode
from segue.video import CodecName

if TYPE_CHECKING:
    from segue.join.styles import Style
    from segue.latent.paths import PathChoice
    from segue.training.methods import Method

AUTO = "auto"


@dataclass(frozen=True)
class JoinRequest(Checked):
    """What a join asks for; `segue join` has an option for each field."""

    examples = (
        "join a.mp4 b.mp4 -o out.mp4 --sheet",
        "join *.mp4 -o film.mp4 --seconds 0.8 --best-cut 2",
        "join a.mp4 b.mp4 -o cut.mov --only-transition --handles 0.5 --otio",
    )

    out: Path = needed(help="the film: .mp4, .mov, .mkv, .webm, .gif or .webp; without an ending, a folder of PNG")
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
    trust_code: bool = option(False, TRUST_CODE, group="Advanced")
    otio: bool = option(
        False, "write the film as an OpenTimelineIO timeline of the clips' own files too, for editors", group="Output"
    )
