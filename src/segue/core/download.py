"""Files from the web: resumed where they broke off, checked, and there whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from segue.core.errors import InputError
from segue.core.progress import Event, Report, silent
from segue.core.types import StrPath

_CHUNK = 1 << 18
_TRIES = 3
_SECONDS = 20.0


@dataclass(frozen=True)
class Remote:
    """A file as it must be: its name, its length in bytes and its sha256 in hex."""

    name: str
    size: int
    sha256: str


def sha256_of(path: StrPath) -> str:
    """Hash a file.

    Args:
        path: the file.

    Returns:
        Its sha256, 64 hex digits.

    Raises:
        OSError: where it cannot be read.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: StrPath, remote: Remote) -> Path:
    """Check that a file is the one that is meant.

    Args:
        path: the file.
        remote: what it must be.

    Returns:
        Its path.

    Raises:
        InputError: where its sha256 is another; the message has both.
    """
    path = Path(path)
    found = sha256_of(path)
    if found != remote.sha256:
        raise InputError(
            f"{path} with sha256 {found}", f"sha256 {remote.sha256}", "deleting it, or putting the right file there"
        )
    return path


def fetch(url: str, path: StrPath, remote: Remote, report: Report = silent) -> Path:
    """Download a file.

    What has come is kept in `path` + `.part` until it is whole and its sum is right; a later call goes on from there.

    Args:
        url: its address.
        path: where to put it; folders that are missing are made.
        remote: what it must be.
        report: called with the bytes that have come.

    Returns:
        `path`.

    Raises:
        InputError: where it cannot be had (the message has its sum, and where to put it by hand), and where what comes
            is another file.
    """
    path = Path(path)
    part = path.with_name(path.name + ".part")
    reason = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_TRIES):
            try:
                _continue(url, part, remote, report)
            except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
                reason = str(getattr(error, "reason", "")) or str(error) or type(error).__name__
                if isinstance(error, urllib.error.HTTPError) and error.code == 416:
                    part.unlink(missing_ok=True)  # no such place: what is there is another file
                    break
            if _length(part) >= remote.size:
                return _settle(part, path, remote)
    except OSError as error:
        reason = error.strerror or str(error)
    raise InputError(
        f"no {remote.name} from {url} ({reason or 'it broke off'})",
        f"that file, sha256 {remote.sha256}",
        f"going online, or putting it at {path}",
    )


def _continue(url: str, part: Path, remote: Remote, report: Report) -> None:
    """One request; appends to `part`, or starts it anew where the server knows no ranges."""
    start = _length(part)
    if start >= remote.size:
        return
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310 - ours
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - a scheme of our own choosing
        resumed = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {start}-")
        done = start if resumed else 0
        with part.open("ab" if resumed else "wb") as file:
            # One byte more than should come is enough to know that this is another file.
            while done <= remote.size and (chunk := answer.read1(min(_CHUNK, remote.size + 1 - done))):
                file.write(chunk)
                done += len(chunk)
                report(Event(f"download {remote.name}", done, remote.size))


def _settle(part: Path, path: Path, remote: Remote) -> Path:
    try:
        check(part, remote)
    except InputError:
        # A wrong beginning can never become right: the next call must start anew.
        found = sha256_of(part) if _length(part) == remote.size else f"of more than {remote.size} bytes"
        part.unlink()
        raise InputError(
            f"a download of {remote.name} that is another file ({found})",
            f"sha256 {remote.sha256}",
            f"downloading it again, or putting the right file at {path}",
        ) from None
    return part.replace(path)


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
