from __future__ import annotations

import gzip
import hashlib
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from segue.core.download import Remote, fetch
from segue.core.errors import InputError
from segue.core.progress import Event
from segue.data.datasets import load
from segue.data.datasets.named import NAMED, Named, load_named
from segue.data.datasets.options import LoadOptions

BODY = np.random.default_rng(0).bytes(1_000_000)
FILE = Remote("file.gz", len(BODY), hashlib.sha256(BODY).hexdigest())


@dataclass
class Home:
    """A server on the loopback: what it serves, what it was asked, and its manners."""

    files: dict[str, bytes]
    ranges: bool = True
    breaks_after: int | None = None
    asked: list[str | None] = field(default_factory=list)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    def __init__(self, home: Home, *args: object) -> None:
        self.home = home
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        span = self.headers.get("Range")
        self.home.asked.append(span)
        body = self.home.files.get(self.path.strip("/"))
        if body is None:
            self.send_error(404)
            return
        start = int(span.removeprefix("bytes=").rstrip("-")) if span and self.home.ranges else 0
        if start >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        stop = len(body) if self.home.breaks_after is None else start + self.home.breaks_after
        self.wfile.write(body[start:stop])

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    home = Home({FILE.name: BODY})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, home)) as server:  # type: ignore[arg-type]
        home.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield home
        server.shutdown()
        thread.join()


def test_a_file_is_fetched_and_told_of(home: Home, tmp_path: Path) -> None:
    events: list[Event] = []
    path = fetch(home.url + FILE.name, tmp_path / "new" / FILE.name, FILE, events.append)
    assert path.read_bytes() == BODY
    assert events[-1].done == events[-1].total == len(BODY)
    assert [p.name for p in path.parent.iterdir()] == [FILE.name]


def test_a_download_goes_on_where_it_broke_off(home: Home, tmp_path: Path) -> None:
    home.breaks_after = 200_000
    with pytest.raises(InputError, match=FILE.sha256):
        fetch(home.url + FILE.name, tmp_path / FILE.name, FILE)
    assert not (tmp_path / FILE.name).exists()
    assert (tmp_path / "file.gz.part").read_bytes() == BODY[:600_000]
    home.breaks_after = None
    assert fetch(home.url + FILE.name, tmp_path / FILE.name, FILE).read_bytes() == BODY
    assert home.asked == [None, "bytes=200000-", "bytes=400000-", "bytes=600000-"]


def test_a_server_without_ranges_starts_anew(home: Home, tmp_path: Path) -> None:
    home.ranges = False
    (tmp_path / "file.gz.part").write_bytes(BODY[:300_000])
    assert fetch(home.url + FILE.name, tmp_path / FILE.name, FILE).read_bytes() == BODY
    assert home.asked == ["bytes=300000-"]


@pytest.mark.parametrize("other", [BODY[::-1], BODY + bytes(5_000_000)])
def test_another_file_is_refused_and_nothing_stays(home: Home, tmp_path: Path, other: bytes) -> None:
    home.files[FILE.name] = other
    with pytest.raises(InputError, match=FILE.sha256):
        fetch(home.url + FILE.name, tmp_path / FILE.name, FILE)
    assert list(tmp_path.iterdir()) == []


def test_a_shorter_file_does_not_stand_in_the_way(home: Home, tmp_path: Path) -> None:
    home.files[FILE.name] = b"moved"
    with pytest.raises(InputError, match=FILE.sha256):
        fetch(home.url + FILE.name, tmp_path / FILE.name, FILE)
    home.files[FILE.name] = BODY
    assert fetch(home.url + FILE.name, tmp_path / FILE.name, FILE).read_bytes() == BODY


def test_a_part_that_was_whole_already(home: Home, tmp_path: Path) -> None:
    (tmp_path / "file.gz.part").write_bytes(BODY)
    assert fetch(home.url + FILE.name, tmp_path / FILE.name, FILE).read_bytes() == BODY
    assert home.asked == []


def test_not_found_and_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"404|Not Found"):
        fetch(home.url + "other", tmp_path / FILE.name, FILE)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/{FILE.name}"
        with pytest.raises(InputError) as caught:
            fetch(url, tmp_path / FILE.name, FILE)
    assert all(word in str(caught.value) for word in ("refused", FILE.sha256, str(tmp_path / FILE.name)))


def test_a_place_that_cannot_be_written(home: Home, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises(InputError, match=FILE.sha256):
        fetch(home.url + FILE.name, tmp_path / "taken" / FILE.name, FILE)


def packed(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    shape = b"".join(n.to_bytes(4) for n in array.shape)
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + shape + array.tobytes(), mtime=0)


@pytest.fixture
def little(home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Named:
    """A small set of the usual four files, and a shorter stand-in for its training part, at `home`."""
    rng = np.random.default_rng(1)
    kmnist = NAMED[2]
    names = [remote.name for remote in (*kmnist.files, *kmnist.short)]
    for name, count in zip(names, (9, 9, 4, 4, 3, 3), strict=True):
        images = rng.integers(0, 256, (count, 5, 5), np.uint8)
        home.files[name] = packed(images if "images" in name else np.arange(count, dtype=np.uint8))
    remotes = [Remote(n, len(home.files[n]), hashlib.sha256(home.files[n]).hexdigest()) for n in names]
    files = (remotes[0], remotes[1], remotes[2], remotes[3])
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SEGUE_DATA", raising=False)
    return replace(kmnist, name="little", folder="little", home=home.url, files=files, short=tuple(remotes[4:]))


def test_a_named_set_is_fetched_once(little: Named, home: Home, tmp_path: Path) -> None:
    found = load_named(little, LoadOptions(data_dir=tmp_path / "mine"))
    again = load_named(little, LoadOptions(data_dir=tmp_path / "mine"))
    assert (len(found.train), found.notes) == (9, ())
    assert found.train.digest() == again.train.digest()
    assert found.pick("label:su").id == "test/2"
    assert len(home.asked) == 4
    assert len(list((tmp_path / "mine" / "little").iterdir())) == 4


def test_the_cache_is_used_without_a_folder(little: Named, home: Home) -> None:
    load_named(little, LoadOptions())
    load_named(little, LoadOptions(limit=2))
    assert len(home.asked) == 4


def test_a_short_training_part_is_taken_and_told(
    little: Named, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "told" / "little"
    folder.mkdir(parents=True)
    for remote in (*little.files[2:], *little.short):
        (folder / remote.name).write_bytes(home.files[remote.name])
    monkeypatch.setenv("SEGUE_DATA", str(tmp_path / "told"))
    found = load_named(little, LoadOptions())
    assert (len(found.train), found.notes) == (3, (little.short_note,))
    assert home.asked == []
    for remote in little.files[:2]:
        (folder / remote.name).write_bytes(home.files[remote.name])
    assert len(load_named(little, LoadOptions()).train) == 9


def test_a_wrong_file_on_disk_is_refused(little: Named, home: Home, tmp_path: Path) -> None:
    path = tmp_path / "little" / little.files[0].name
    path.parent.mkdir()
    path.write_bytes(b"another")
    with pytest.raises(InputError) as caught:
        load_named(little, LoadOptions(data_dir=tmp_path))
    assert str(path) in str(caught.value)
    assert little.files[0].sha256 in str(caught.value)
    assert path.read_bytes() == b"another"


@pytest.mark.parametrize(
    ("name", "train", "classes"),
    [("mnist", 60000, "5"), ("fashion-mnist", 60000, "sandal"), ("kmnist", 7011, "ha")],
)
def test_real_sets(data_dir: Path, name: str, train: int, classes: str) -> None:
    found = load(name, data_dir=data_dir)
    assert found.test is not None
    assert (len(found.train), len(found.test), found.train.image_shape) == (train, 10000, (1, 28, 28))
    assert found.train.label_names[5] == classes
    assert bool(found.notes) == (name == "kmnist")


def test_what_was_fetched_by_hand_is_enough(little: Named, home: Home, tmp_path: Path) -> None:
    load_named(little, LoadOptions(data_dir=tmp_path / "a"))
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    assert len(load_named(replace(little, home="http://127.0.0.1:9/"), LoadOptions(data_dir=tmp_path / "b")).train) == 9
