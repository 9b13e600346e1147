"""How a machine trains fastest: number format and memory layout, found by a short probe and remembered.

Remembered, because a choice made anew by the clock could differ between two runs of the same request,
which then would not give the same bytes.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

import platformdirs
import torch
from torch import Tensor, nn

from segue.core.images import atomic_write

Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class Precision:
    """A number format for the networks (`fp32`, or `bf16` by autocast) and a memory layout."""

    numbers: Literal["fp32", "bf16"] = "fp32"
    channels_last: bool = False

    def place(self, module: Module) -> Module:
        """The module with its weights in this layout."""
        layout = torch.channels_last if self.channels_last else torch.contiguous_format
        return module.to(memory_format=layout)  # type: ignore[no-any-return, call-overload]

    def arrange(self, images: Tensor) -> Tensor:
        """Images `[n, c, h, w]` in this layout."""
        return images.contiguous(memory_format=torch.channels_last if self.channels_last else torch.contiguous_format)

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context in which the networks run; master weights stay float32."""
        return torch.autocast(device.type, torch.bfloat16, enabled=self.numbers == "bf16")


CANDIDATES = tuple(Precision(numbers, last) for numbers in ("fp32", "bf16") for last in (False, True))


def fastest(model: Module, step: Callable[[Module, Precision], object], key: str) -> Precision:
    """The fastest of `CANDIDATES` for this model, by the best of a few steps of each.

    `step(model, precision)` does one training step; it is given copies, so the model is left as it is. The
    verdict is kept in the user's cache folder under this machine, this torch and `key`; where that folder
    cannot be written, the probe runs each time.
    """
    memory = _memory(key)
    try:
        remembered = Precision(**json.loads(memory.read_text()))
        if remembered in CANDIDATES:
            return remembered
    except (OSError, ValueError, TypeError):
        pass
    verdict = _fastest(model, step)
    try:
        with atomic_write(memory) as beside:
            beside.write_text(json.dumps(asdict(verdict)))
    except (OSError, ValueError):
        pass
    return verdict


def _memory(key: str) -> Path:
    capability = torch.backends.cpu.get_cpu_capability()
    machine = [platform.machine(), platform.processor(), capability, torch.__version__, torch.get_num_threads(), key]
    digest = hashlib.sha256(json.dumps(machine).encode()).hexdigest()[:16]
    return platformdirs.user_cache_path("segue") / "precision" / f"{digest}.json"


def _fastest(model: Module, step: Callable[[Module, Precision], object]) -> Precision:
    """Six rounds of a step of each after one to warm up, in turn, so that a busy moment is nobody's alone."""
    trials = {candidate: candidate.place(copy.deepcopy(model)) for candidate in CANDIDATES}
    best = dict.fromkeys(CANDIDATES, math.inf)
    for round_ in range(7):
        for candidate, trial in trials.items():
            start = time.perf_counter()
            step(trial, candidate)
            if round_:
                best[candidate] = min(best[candidate], time.perf_counter() - start)
    return min(best, key=best.__getitem__)
