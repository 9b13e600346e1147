"""A clip as a stream of frames at a constant rate, and its sound as a stream of stereo blocks."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.types import Sound
from segue.video.decode import decode_sound, deinterlace, pictures, seconds_of
from segue.video.file import not_a_clip, open_container, sound_of
from segue.video.inspect import Clip, count_ticks, examine
from segue.video.notes import INTERLACED
from segue.video.picture import Screen

# A sound packet this far from where the last one ended was put there on purpose.
GAP_SECONDS = 0.02


def read_frames(path: Path | Clip, *, fps: Fraction | None = None, start: int = 0) -> Generator[Pixels]:
    """Read a clip's frames at a constant rate: frame i is what is shown at i / fps seconds.

    Args:
        path: the clip, or what `examine` has found of it, which saves examining it again.
        fps: frames a second, above 0, up to 1000; None: the clip's own, which gives `probe(path).frames` frames. Any
            other gives `max(1, round(seconds * fps))`: frames are repeated or left out.
        start: how many frames to pass over. Decoding then starts at the last key frame before, where the file has an
            index, which is quicker than reading what comes before.

    Returns:
        The frames, uint8 `[h, w, 3]`, one at a time, each the caller's own. The file is closed at the end, or when the
        generator is closed or dropped.

    Raises:
        InputError: for another rate, and as `probe` does, at once.

    >>> import tempfile
    >>> from segue.video.demo_clips import write_demo_clips
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clip, _ = write_demo_clips(Path(folder), seconds=0.25, height=64, width=96)
    ...     len(list(read_frames(clip))), len(list(read_frames(clip, fps=Fraction(60))))
    (6, 15)
    """
    if fps is not None and not 0 < fps <= 1000:
        raise InputError(f"{float(fps):g} frames a second", "more than 0, up to 1000", "a rate in that range")
    clip = path if isinstance(path, Clip) else examine(path)
    rate = fps or clip.info.fps
    return _frames(clip, rate, start, count_ticks(clip.info.seconds, rate))


def _frames(clip: Clip, fps: Fraction, start: int, count: int) -> Generator[Pixels]:
    screen = Screen(clip.info.height, clip.info.width, clip.aspect)
    pixels: Pixels | None = None
    given, latest = 0, None
    key, before = clip.keys_before(start / fps)
    with closing(pictures(clip.info.path, key, before=before, shifts=clip.shifts, checked=clip.checked)) as decoded:
        whole = deinterlace(decoded) if INTERLACED in clip.info.notes else decoded
        for index, frame in enumerate(whole):
            until = min(count, math.ceil(clip.timing.time(seconds_of(frame), index) * fps))
            while latest is not None and given < until:
                if given >= start:
                    pixels = screen.show(latest) if pixels is None else pixels.copy()
                    yield pixels
                given += 1
            latest, pixels = frame, None
            if given == count:
                return
        if latest is None:
            raise not_a_clip(clip.info.path, "no frame that can be decoded")
        while given < count:
            if given >= start:
                pixels = screen.show(latest) if pixels is None else pixels.copy()
                yield pixels
            given += 1


def read_sound(path: Path | Clip, rate: int = 48000) -> Generator[Sound]:
    """Read a clip's sound in stereo, in step with `read_frames`.

    Sound that starts later than the picture is preceded by silence; what starts earlier or ends later is cut; a clip
    without sound is silent. One channel is heard on both sides; more than two are mixed by the usual weights, unscaled,
    so that loud ones may exceed 1.

    Args:
        path: the clip.
        rate: samples a second, 8000 to 192000 Hz.

    Returns:
        Blocks, float32 `[k, 2]`, one at a time: `max(1, round(seconds * rate))` samples together.

    Raises:
        InputError: for another rate, and as `probe` does, at once.
    """
    if not 8000 <= rate <= 192000:
        raise InputError(f"a sound rate of {rate} Hz", "8000 to 192000", "a rate in that range")
    clip = path if isinstance(path, Clip) else examine(path)
    return _sound(clip, rate)


def _sound(clip: Clip, rate: int) -> Generator[Sound]:
    info = clip.info
    left = count_ticks(info.seconds, rate)
    if info.has_sound:
        with closing(_in_step(clip)) as blocks:
            for block in _at_rate(blocks, info.sound_rate or rate, rate):
                block = block[:left]
                left -= len(block)
                if len(block):
                    yield block
                if not left:
                    return
    yield from _silence(left, rate)


def _silence(samples: int, block: int) -> Iterator[Sound]:
    for start in range(0, samples, block):
        yield np.zeros((min(block, samples - start), 2), np.float32)


def _in_step(clip: Clip) -> Generator[Sound]:
    """Stereo blocks at the clip's own sound rate, the first sample with the first frame, gaps filled."""
    info, start = clip.info, clip.timing.start
    rate = info.sound_rate or 1
    at, end = 0, math.ceil(info.seconds * rate)
    mixers: dict[tuple[str, str, int], AudioResampler] = {}
    with open_container(info.path) as container:
        stream = sound_of(container)
        if stream is None:
            return
        for frame in decode_sound(container, stream, clip.shifts):
            block = _stereo(frame, rate, mixers)
            stamp = seconds_of(frame)
            gap = 0 if stamp is None else round((stamp - start) * rate) - at
            if at == 0 or abs(gap) > GAP_SECONDS * rate:
                for silence in _silence(min(gap, end - at), rate):
                    at += len(silence)
                    yield silence
                block = block[max(0, -gap) :]
            if len(block):
                yield block
            at += len(block)
            if at >= end:
                return


def _stereo(frame: AudioFrame, rate: int, mixers: dict[tuple[str, str, int], AudioResampler]) -> Sound:
    # A stream may change its form midway; each form has its own mixer.
    form = (frame.format.name, frame.layout.name, frame.sample_rate)
    # swresample would lower a single channel by 3 dB.
    layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
    if form not in mixers:
        mixers[form] = AudioResampler("fltp", layout, rate)
    return _blocks(mixers[form].resample(frame))


def _blocks(frames: Iterable[AudioFrame]) -> Sound:
    parts = [np.asarray(frame.to_ndarray(), np.float32) for frame in frames]
    joined = np.concatenate(parts, axis=1).T if parts else np.zeros((0, 2), np.float32)
    return np.ascontiguousarray(np.broadcast_to(joined, (len(joined), 2)))


def _at_rate(blocks: Iterable[Sound], old: int, new: int) -> Iterator[Sound]:
    if old == new:
        yield from blocks
        return
    resampler = AudioResampler("fltp", "stereo", new)
    at = 0
    for block in blocks:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block.T), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = old, at, Fraction(1, old)
        at += len(block)
        yield _blocks(resampler.resample(frame))
    yield _blocks(resampler.resample(None))
