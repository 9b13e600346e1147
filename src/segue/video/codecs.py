"""What a film may be written as: which codecs, in files of which endings, how good."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple

import av
from av.codec.codec import UnknownCodecError

from segue.core.errors import InputError, unknown
from segue.core.images import PICTURES, check_writable
from segue.video.folder import check_folder
from segue.video.gif import GIF_FASTEST

CodecName = Literal["h264", "hevc", "vp9", "av1", "prores", "ffv1", "gif", "webp", "png"]
FOLDER = ""
"""The ending of a folder of pictures."""


class Encoder(NamedTuple):
    """An encoder of libav's, and its options besides quality."""

    name: str
    options: dict[str, str]


class Crf(NamedTuple):
    """Quality by constant rate factor: smaller is better, each codec has a scale of its own."""

    low: int
    usual: int
    high: int


@dataclass(frozen=True)
class Codec:
    """How pictures are coded: by the first of `encoders` that there is, in files of `endings`, the first its usual one.

    `crf` None: there is no quality to choose. `pix_fmt` is the encoder's pixel format. `sound` None: as usual in the
    container. `even`: both sides of a picture must be even. `bits`: what a pixel takes, in noise, which is the most;
    a GIF's frames wait on disk before they are coded.
    """

    name: CodecName
    endings: tuple[str, ...]
    encoders: tuple[Encoder, ...]
    pix_fmt: str = "yuv420p"
    crf: Crf | None = None
    sound: str | None = None
    even: bool = True
    lossless: bool = False
    bits: float = 1.0


_VP9 = {"b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "1", "tile-columns": "1"}
# Threads that share a frame's rows, or wait for each other, change what x265 decides; a fixed number does so alike.
_X265 = {"preset": "fast", "x265-params": "log-level=error:info=0:pools=4:frame-threads=2"}

CODECS = (
    Codec(
        "h264",
        (".mp4", ".mov", ".mkv"),
        (Encoder("libx264", {"preset": "fast", "x264-params": "cpu-independent=1"}),),
        crf=Crf(0, 18, 51),
    ),
    Codec("hevc", (".mp4", ".mov", ".mkv"), (Encoder("libx265", _X265),), crf=Crf(0, 18, 51)),
    Codec("vp9", (".webm", ".mkv", ".mp4"), (Encoder("libvpx-vp9", _VP9),), crf=Crf(0, 30, 63)),
    Codec(
        "av1",
        (".mp4", ".mkv", ".webm"),
        (
            Encoder("libsvtav1", {"preset": "8"}),
            Encoder("libaom-av1", {"cpu-used": "6", "row-mt": "1", "tiles": "2x1", "b": "0"}),
        ),
        crf=Crf(1, 22, 63),
    ),
    Codec(
        "prores",
        (".mov", ".mkv"),
        (Encoder("prores_ks", {"profile": "hq", "vendor": "apl0"}), Encoder("prores", {"profile": "3"})),
        "yuv422p10le",
        sound="pcm_s16le",
        bits=6,
    ),
    Codec(
        "ffv1",
        (".mkv",),
        (Encoder("ffv1", {"level": "3", "g": "1", "slices": "4", "slicecrc": "1"}),),
        "bgr0",
        sound="flac",
        even=False,
        lossless=True,
        bits=26,
    ),
    Codec("gif", (".gif",), (Encoder("gif", {}),), "pal8", even=False, bits=34),
    Codec("webp", (".webp",), (Encoder("libwebp_anim", {"quality": "90"}),), even=False, bits=8),
    Codec("png", (FOLDER,), (Encoder("png", {}),), "rgb24", sound="pcm_s16le", even=False, lossless=True, bits=26),
)
"""All codecs; of those that an ending allows, the first is the one it implies."""

SOUND_RATE = 48_000
"""Samples of sound a second: what films use, and the one rate that every sound codec takes."""

_SOUNDS = {".mp4": "aac", ".mov": "aac", ".mkv": "aac", ".webm": "libopus"}
_BY_NAME = {codec.name: codec for codec in CODECS}
FILMS = tuple(_SOUNDS)
"""Endings of films that have sound."""
ENDINGS = tuple(dict.fromkeys(ending for codec in CODECS for ending in codec.endings if ending))
"""Endings of all files that a film can be."""


class Output(NamedTuple):
    """What a path, a codec and a quality come to."""

    ending: str
    codec: Codec
    encoder: Encoder
    crf: int | None

    @property
    def sound(self) -> str | None:
        """The encoder of sound; None where there is no room for it."""
        return self.codec.sound or _SOUNDS.get(self.ending)


def output(path: Path, codec: str | None = None, crf: int | None = None) -> Output:
    """How a film at a path is written.

    Args:
        path: the file; its ending names the container, no ending a folder of pictures.
        codec: the name of one of `CODECS`; None: what the ending implies.
        crf: the quality, on the codec's own scale; None: its usual one.

    Returns:
        Ending, codec, encoder and quality.

    Raises:
        InputError: for an unknown codec, one that the ending does not allow, one without an encoder here, and a
            quality outside the codec's scale or where it has none.
    """
    ending = path.suffix.lower()
    if codec is None:
        chosen = next((one for one in CODECS if ending in one.endings), None)
        if chosen is None:
            raise InputError(
                f"output {path.name}",
                f"{', '.join(ENDINGS)}, or none for a folder of PNG",
                "a name that ends in one of these",
            )
    elif codec not in _BY_NAME:
        raise unknown("codec", codec, _BY_NAME)
    else:
        chosen = _BY_NAME[codec]
        if chosen.name == "png" and ending not in (*ENDINGS, *PICTURES):
            ending = FOLDER  # a folder's name may have a dot in it
        if ending not in chosen.endings:
            allowed = " or ".join(filter(None, chosen.endings)) or "a folder, whose name has no ending"
            raise InputError(f"{codec} in {path.name}", allowed, "another name, or leaving the codec to it")
    return Output(ending, chosen, _encoder(chosen), _quality(chosen, crf))


def _encoder(codec: Codec) -> Encoder:
    for encoder in codec.encoders:
        try:
            av.Codec(encoder.name, "w")
        except UnknownCodecError:
            continue
        return encoder
    names = " or ".join(encoder.name for encoder in codec.encoders)
    raise InputError(
        f"codec {codec.name}, without an encoder", f"a PyAV with {names}", "installing one, or another codec"
    )


def _quality(codec: Codec, crf: int | None) -> int | None:
    if codec.crf is None:
        if crf is not None:
            raise InputError(f"`crf={crf}` for {codec.name}", "none, as it has no such setting", "leaving it out")
        return None
    low, usual, high = codec.crf
    if crf is not None and not low <= crf <= high:
        remedy = f"{usual}, which looks lossless, or {usual + 10}, which is small"
        raise InputError(f"`crf={crf}` for {codec.name}", f"{low} to {high}", remedy)
    return usual if crf is None else crf


def most_bytes(path: Path, codec: str | None, pixels: int) -> int:
    """How much room a film may take on disk, at the most.

    Args:
        path: the file.
        codec: as of `check_output`.
        pixels: the pixels of all its frames together.

    Returns:
        Bytes.

    Raises:
        InputError: as `check_output` does.

    >>> most_bytes(Path("a.mp4"), None, 8_000_000)
    1000000
    """
    return round(pixels * output(Path(path), codec).codec.bits / 8)


def carries_sound(path: Path, codec: str | None = None) -> bool:
    """Whether a film at a path has sound: all do but GIF and WebP.

    Args:
        path: the file.
        codec: as of `check_output`.

    Returns:
        Whether sound that is written to it can be heard.

    Raises:
        InputError: as `check_output` does.

    >>> carries_sound(Path("a.mov")), carries_sound(Path("a.gif"))
    (True, False)
    """
    return output(Path(path), codec).sound is not None


def check_output(
    path: Path, codec: str | None = None, crf: int | None = None, *, fps: Fraction | float | None = None
) -> None:
    """Raise what `FilmWriter` would raise, before long work. `path` is left as it is.

    Args:
        path: the film.
        codec: the name of one of `CODECS`; None: what the ending of `path` implies.
        crf: quality, on the codec's own scale; None: its usual one.
        fps: frames a second; None: not known yet.

    Raises:
        InputError: for an unknown codec, one that the ending of `path` does not allow, a quality outside the codec's
            scale or where it has none, a rate that the format cannot show, and a place that cannot be written.

    >>> check_output(Path("a.webm"), "prores")
    Traceback (most recent call last):
    ...
    segue.core.errors.InputError: got prores in a.webm; expected .mov or .mkv; try another name, or ...
    """
    path = Path(path)
    chosen = output(path, codec, crf)
    if fps is not None:
        check_rate(chosen, Fraction(fps))
    if chosen.ending == FOLDER:
        check_folder(path)
    else:
        check_writable(path)


def check_rate(chosen: Output, fps: Fraction) -> None:
    """Check that a format can show so many frames a second.

    Args:
        chosen: the format.
        fps: frames a second.

    Raises:
        InputError: for a rate of 0 or below, above 1000, and of a GIF above 50.
    """
    fastest = GIF_FASTEST if chosen.codec.name == "gif" else 1000
    if not 0 < fps <= fastest:
        raise InputError(
            f"{float(fps):g} frames a second in {chosen.codec.name}",
            f"more than 0, up to {fastest}",
            "another rate",
        )
