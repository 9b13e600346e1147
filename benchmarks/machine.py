"""What a result must say of where and when it was measured."""

from __future__ import annotations

import json
import os
import platform
from datetime import date
from pathlib import Path
from typing import Any

import torch

RESULTS = Path(__file__).parent / "results"


def data_dir() -> Path:
    """The folder of real data: `SEGUE_DATA`, or `../shared/data` beside the checkout."""
    return Path(os.environ.get("SEGUE_DATA", Path(__file__).parents[2] / "shared" / "data"))


def machine() -> dict[str, Any]:
    """The processor and the versions, without names or paths."""
    cpu = next(
        (line.split(":")[1].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
    }


def write(name: str, command: str, results: dict[str, Any]) -> Path:
    """Results with their machine, date and command, as `results/NAME.json`."""
    path = RESULTS / f"{name}.json"
    page = {"command": command, "date": date.today().isoformat(), "machine": machine(), **results}
    path.write_text(json.dumps(page, indent=2) + "\n")
    return path


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.is_file() else []
