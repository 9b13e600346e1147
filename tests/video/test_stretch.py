"""Sound that lasts longer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from segue.video.stretch import stretch

RATE = 48_000


def tone(hertz: float, seconds: float) -> npt.NDArray[np.float32]:
    wave = 0.4 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def pitch(sound: npt.NDArray[np.float32]) -> float:
    spectrum = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound))))
    return float(spectrum.argmax() * RATE / len(sound))


@pytest.mark.parametrize("factor", [1.01, 1.5, 2.0, 4.0, 7.3, 32.0])
def test_it_is_longer_at_its_own_pitch_and_in_step(factor: float) -> None:
    sound = np.concatenate([tone(440, 0.6), tone(880, 0.6)])
    blocks = [sound[start : start + 1000] for start in range(0, len(sound), 1000)]
    made = np.concatenate(list(stretch(blocks, RATE, factor)))
    assert made.dtype == np.float32 and made.shape[1] == 2
    assert len(made) == round(len(sound) * factor)
    turn = round(0.6 * factor * RATE)
    near = round(0.1 * factor * RATE)
    assert pitch(made[near : turn - near]) == pytest.approx(440, abs=12)
    assert pitch(made[turn + near : 2 * turn - near]) == pytest.approx(880, abs=12)
    assert np.abs(made[near : turn - near]).max() == pytest.approx(0.4, abs=0.05)
    assert np.abs(made[-round(0.1 * factor * RATE) : -round(0.03 * factor * RATE)]).max() > 0.2  # to the end


def test_the_same_sound_twice() -> None:
    one, other = (np.concatenate(list(stretch([tone(300, 0.5)], RATE, 3.0))) for _ in range(2))
    assert np.array_equal(one, other)


def test_nothing_becomes_nothing() -> None:
    assert not sum(len(block) for block in stretch([np.zeros((0, 2), np.float32)], RATE, 2.0))
