"""Trained weights: files that are put in place by hand, found and checked."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from segue.datasets.download import Remote, check
from segue.errors import InputError


def weights_file(remote: Remote, needed_by: str, folder: Path | None = None) -> Path:
    """The file of weights that `remote` describes, which `needed_by` ("the perceptual loss") needs.

    In `folder` it is looked for under the last part of its name alone; without one under `SEGUE_DATA`, then in the
    cache folder. Raises `InputError` where it is in none, saying what it is and where to put it, and where it is
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
    for path in places:
        if path.is_file():
            return check(path, remote)
    raise InputError(
        f"no {Path(remote.name).name if folder else remote.name}, which {needed_by} needs, in {where}",
        f"that file, sha256 {remote.sha256}",
        f"put it at {places[0]}",
    )
