"""A cellar of bad things, and a check that a command line ends well on them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from segue.cli import main
from segue.video import FilmWriter, write_gif

Check = Callable[[str, str], None]


def write_film(path: Path, frames: int = 6, size: int = 32) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (frames, size, size, 3), np.uint8)
    with FilmWriter(path, size, size, Fraction(12), sound_rate=None) as film:
        for frame in noise:
            film.write(frame)
    return path


def write_sound(path: Path) -> None:
    """A film without its picture: a WAV by its header, an MP4 by its name."""
    samples = (1000 * np.sin(np.arange(8000) / 9)).astype("<i2").tobytes()
    header = b"WAVEfmt " + (16).to_bytes(4, "little") + bytes([1, 0, 1, 0]) + (8000).to_bytes(4, "little")
    header += (16000).to_bytes(4, "little") + bytes([2, 0, 16, 0]) + b"data" + len(samples).to_bytes(4, "little")
    path.write_bytes(b"RIFF" + (len(header) + len(samples)).to_bytes(4, "little") + header + samples)


def cut(path: Path, to: Path) -> Path:
    data = path.read_bytes()
    to.parent.mkdir(exist_ok=True)
    to.write_bytes(data[: len(data) // 2])
    return to


def idx(path: Path, *shape: int, body: bytes) -> None:
    path.write_bytes(bytes([0, 0, 8, len(shape)]) + b"".join(side.to_bytes(4) for side in shape) + body)


def make_clips() -> None:
    write_film(Path("good.mp4"))
    cut(Path("good.mp4"), Path("cut.mp4"))
    Path("text.mp4").write_text("This is no film.\n" * 40)
    Path("empty.mp4").touch()
    write_gif(Path("dot.gif"), [np.zeros((1, 1, 3), np.uint8)] * 3, Fraction(10))
    Path("frameless.gif").write_bytes(b"GIF89a\x20\x00\x20\x00\x00\x00\x00\x3b")
    write_sound(Path("sound.mp4"))
    Path("film.mp4").mkdir()
    Image.new("RGB", (32, 32), "teal").save("still.png")


def make_images() -> None:
    grey = np.arange(24 * 36, dtype=np.uint8).reshape(24, 6, 6)
    Path("photos").mkdir()
    for i in range(3):
        Image.fromarray(np.kron(grey[i], np.ones((20, 20), np.uint8))).save(Path("photos") / f"{i}.png")
    cut(Path("photos/0.png"), Path("cut_photos/9.png"))
    Path("no_photos").mkdir()
    Path("no_photos/notes.txt").write_text("none")
    with zipfile.ZipFile("none.zip", "w") as archive:
        archive.write("no_photos/notes.txt")
    with zipfile.ZipFile("cut.zip", "w") as archive:
        archive.write("cut_photos/9.png")
    Path("text.zip").write_text("no zip")
    holed = grey / 255.0
    holed[5, 2, 2] = np.nan
    np.savez("nan.npz", images=holed)
    np.save("nan.npy", holed)
    np.savez("mixed.npz", x_train=grey[..., None], x_test=np.repeat(grey[..., None], 3, axis=3))
    np.save("channels.npy", np.zeros((4, 6, 6, 2), np.uint8))
    np.save("ragged.npy", np.array([grey[0], grey[:2]], dtype=object), allow_pickle=True)
    np.savez("labels.npz", images=grey, labels=np.zeros(23, np.int64))
    idx(Path("x.idx"), 24, 6, 6, body=grey.tobytes())
    idx(Path("y.idx"), 23, body=bytes(23))
    idx(Path("lying.idx"), 2**31 - 1, 2**31 - 1, 255, body=grey.tobytes())
    idx(Path("short.idx"), 25, 6, 6, body=grey.tobytes())


def make_runs() -> None:
    grey = np.arange(6 * 36, dtype=np.uint8).reshape(6, 6, 6)
    np.savez("named.npz", images=grey, labels=["one", "two", "three"] * 2)
    for data, out, latent in (("photos", "run", "2"), ("photos", "deep", "3"), ("named.npz", "named", "2")):
        assert main(["train", data, "-o", out, "--steps", "1", "--width", "2", "--latent", latent]) == 0
    Path("unfinished").mkdir()
    Path("plain").write_text("a file where a folder should be")
    Path("text.safetensors").write_text("no tensors")
    cut(Path("run/model.safetensors"), Path("cut.safetensors"))
    with safe_open("run/model.safetensors", "pt") as file:
        header = json.loads(file.metadata()["segue"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    save_file(tensors, "newer.safetensors", {"segue": json.dumps({**header, "format": 99})})
    save_file({"x": torch.zeros(1)}, "foreign.safetensors")


@pytest.fixture(scope="module")
def cellar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of bad things, and of the good ones that they are tried with."""
    folder = tmp_path_factory.mktemp("cellar")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        make_clips()
        make_images()
        make_runs()
    return folder


def listing(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def check(cellar: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Runs a command line in the cellar and checks how it ends."""

    def checked(line: str, says: str) -> None:
        monkeypatch.chdir(cellar)
        before = listing(cellar)
        assert main(line.split()) == 2
        out, err = capsys.readouterr()
        lines = err.splitlines()
        assert not out and "Traceback" not in err
        assert [line.startswith("segue: ") for line in lines] == [False] * (len(lines) - 1) + [True], err
        assert says in lines[-1], lines[-1]
        assert listing(cellar) == before

    return checked
