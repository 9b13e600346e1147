"""Lengths that are dear to compute, computed once and kept under a digest of all they depend on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import torch
from torch import nn

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.latent.graph.lengths import Length
from segue.latent.graph.search import Floats, Indices
from segue.models.autoencoder import Autoencoder, load_tensors, save_tensors

MANY = 256
"""Edges from which a file pays; the few that a query links in are computed each time."""


def cached(space: str, model: str, options: Mapping[str, Any]) -> Path:
    """The file, in the user's cache folder, for what a latent space, a model and options make together.

    `space` and `model` are digests; `options` anything JSON. One changed value is another file.

    >>> cached("1f", "2e", {"points": 8}) == cached("1f", "2e", {"points": 9})
    False
    """
    return in_cache("graphs", [space, model, options])


def in_cache(folder: str, key: Any) -> Path:
    """The file in a folder of the cache (`SEGUE_CACHE`, else the user's own) that a `key` of JSON values stands for.

    >>> in_cache("graphs", ["1f", 8]) == in_cache("graphs", ["1f", 9])
    False
    """
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()
    cache = os.environ.get("SEGUE_CACHE")
    return (Path(cache) if cache else platformdirs.user_cache_path("segue")) / folder / f"{name}.safetensors"


def digest_of(*arrays: Floats | Indices | Pixels) -> str:
    """sha256 over types, shapes and values, in hex.

    >>> digest_of(np.zeros((2, 3))) == digest_of(np.zeros((3, 2)))
    False
    """
    total = hashlib.sha256()
    for array in arrays:
        total.update(repr((array.dtype.str, array.shape)).encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def model_digest(model: Autoencoder) -> str:
    """sha256 over the kind of a model, its shapes and its weights, in hex.

    Raises `InputError` for a model that is no torch module: give a digest of its own.
    """
    if not isinstance(model, nn.Module):
        raise InputError(f"a {type(model).__name__}, which has no weights to tell it by", "a torch module", "name it")
    total = hashlib.sha256(repr((type(model).__name__, model.image_shape, model.latent_shape)).encode())
    for name, tensor in sorted(model.state_dict().items()):
        total.update(repr((name, tensor.dtype, tuple(tensor.shape))).encode())
        total.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().data)
    return total.hexdigest()


def kept(length: Length, model: str, options: Mapping[str, Any]) -> Length:
    """`length`, whose results for 256 edges or more are kept in the file of `cached`.

    `model` is a digest, as of `model_digest`; `options` has to name all else that `length` depends on: which it is, its
    points, its steps. A damaged file is computed anew.
    """

    def from_file(codes: Floats, edges: Indices) -> Floats:
        if len(edges) < MANY:
            return length(codes, edges)
        file = cached(digest_of(codes, edges), model, options)
        with suppress(InputError, KeyError):
            found: Floats = load_tensors(file, "lengths")[0]["lengths"].numpy()
            if found.shape == (len(edges),):
                return found
        computed = np.ascontiguousarray(length(codes, edges), np.float64)
        with suppress(InputError):  # a cache that cannot be written is no reason to lose the lengths
            save_tensors(file, {"lengths": torch.from_numpy(computed)}, {"kind": "lengths", "options": dict(options)})
        return computed

    return from_file
