"""Plans of sweeps whose trials are never trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from segue.commands.sweep.axes import parse_axis
from segue.commands.sweep.measures import Measure
from segue.commands.sweep.plan import Plan
from segue.commands.train import TrainRequest
from segue.training import Training


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Plan]:
    """Makes a plan in the test's folder, for axes and what else differs from a grid."""

    def made(*axes: str, seed: int = 0, out: Path = tmp_path / "sweep", **more: Any) -> Plan:
        base = TrainRequest("digits", out, training=Training(seed=seed))
        usual: dict[str, Any] = {
            "by": "grid",
            "trials": 0,
            "prune": False,
            "measures": (Measure("loss", "low", "train"),),
            "pairs": 8,
            "digest": "abc",
        }
        return Plan(base, tuple(map(parse_axis, axes)), **usual | more)

    return made
