"""Trained weights: files that are put in place by hand, or fetched; found and checked."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from segue.core.download import Remote, check, fetch
from segue.core.errors import InputError
from segue.core.progress import Report, silent


def weights_file(
    remote: Remote,
    needed_by: str,
    folder: Path | None = None,
    *,
    first: Iterable[Path] = (),
    home: str = "",
    report: Report = silent,
) -> Path:
    """The file of weights that `remote` describes, which `needed_by` ("the perceptual loss") needs.

    In `folder` it is looked for under the last part of its name alone; without one as the paths `first`, under
    `SEGUE_DATA`, then in the cache folder, to which it is fetched from the address `home` if it has one. Raises
    `InputError` where it is in none and cannot be had, saying what it is and where to put it, and where it is
    another file.
    """
    cached = platformdirs.user_cache_path("segue") / remote.name
    told = os.environ.get("SEGUE_DATA")
    if folder:
        places, where = [folder / Path(remote.name).name], str(folder)
    elif told:
        places, where = [Path(told) / remote.name, cached], "SEGUE_DATA or the cache"
    else:
        places, where = [cached], "SEGUE_DATA or the cache"
    for path in (*first, *places):
        if path.is_file():
            return check(path, remote)
    if home and not folder:
        return fetch(home, cached, remote, report)
    raise InputError(
        f"no {Path(remote.name).name if folder else remote.name}, which {needed_by} needs, in {where}",
        f"that file, sha256 {remote.sha256}",
        f"put it at {places[0]}",
    )
