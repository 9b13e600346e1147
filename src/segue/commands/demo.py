"""The demo: two generated clips, joined."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segue.core.choices import Checked, needed, option
from segue.core.progress import Event, Report, silent
from segue.join.request import JoinRequest
from segue.join.run import JoinResult, format_result, run_join
from segue.video.demo_clips import write_demo_clips

__all__ = ["DemoRequest", "JoinResult", "format_result", "run_demo"]


@dataclass(frozen=True)
class DemoRequest(Checked):
    """What `segue demo` asks for."""

    examples = (
        "demo -o demo",
        "demo -o demo --seconds 5",
    )

    out: Path = needed(help="folder for the clips, the film and its contact sheet")
    seconds: float = option(3.0, "length of each clip in seconds", low=0.2, high=600)
    steps: int = option(1200, "for dreams: the number of training steps", low=1, high=10_000_000, group="Advanced")
    seed: int = option(0, "random seed of weights, order and noise", low=0, high=2**31 - 1, group="Advanced")


def run_demo(request: DemoRequest, report: Report = silent) -> JoinResult:
    """Write two lively clips (a plasma, a kaleidoscope, a chord each) and join them, with a contact sheet.

    Args:
        request: the folder, and how long the clips are.
        report: receives the progress.

    Returns:
        The result of joining the two.

    Raises:
        InputError: the folder cannot be written.
    """
    report(Event("draw", note="drawing two clips"))
    a, b = write_demo_clips(request.out, request.seconds)
    joined = JoinRequest(request.out / "joined.mp4", (a, b), steps=request.steps, seed=request.seed, sheet=True)
    return run_join(joined, report)
