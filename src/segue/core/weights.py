"""Trained weights: files that are put in place by hand, or fetched; found and checked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from segue.core.cache import cache_dir
from segue.core.download import Remote, check, fetch
from segue.core.errors import InputError
from segue.core.progress import Report, silent
from segue.core.types import StrPath


def weights_file(
    remote: Remote,
    needed_by: str,
    folder: StrPath | None = None,
    *,
    first: Iterable[StrPath] = (),
    home: str = "",
    report: Report = silent,
) -> Path:
    """Find a file of weights, and check that it is the right one.

    Args:
        remote: the file, whose name may have folders before it: `weights/net/net.bin`.
        needed_by: who needs it, for messages: "the perceptual loss".
        folder: the only place to look, for the last part of the name; None for all places: the paths `first`, then
            `SEGUE_DATA`, then the cache.
        first: files to look for before all others.
        home: the address to fetch it from, into the cache, where it is nowhere; empty for none.
        report: called with the bytes that have come.

    Returns:
        The path of a file whose sha256 is the remote's.

    Raises:
        InputError: the file is nowhere and cannot be fetched (the message says what it is and where to put it), or
            what is there is another file.
    """
    cache, data = cache_dir() / remote.name, os.environ.get("SEGUE_DATA")
    if folder:
        places, where = [Path(folder) / Path(remote.name).name], str(folder)
    else:
        places, where = [*([Path(data) / remote.name] if data else []), cache], "SEGUE_DATA or the cache"
    for path in map(Path, (*first, *places)):
        if path.is_file():
            return check(path, remote)
    if home and not folder:
        return fetch(home, cache, remote, report)
    raise InputError(
        f"no {Path(remote.name).name if folder else remote.name}, which {needed_by} needs, in {where}",
        f"that file, sha256 {remote.sha256}",
        f"putting it at {places[0]}",
    )
