"""The commands: each a module with a request, a job (`run_NAME`), its result, and how the result reads.

This package imports none of them: `COMMANDS` names them, and `Command` loads the parts of one when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from segue.core.choices import Checked


@dataclass(frozen=True)
class Command:
    """An entry of `COMMANDS`: a command's name, one line of help, and where its parts are.

    `module` has `run_NAME(request, report) -> result` and `format_result(result) -> str`; `NameRequest` too, unless
    `request_module`, which loads faster, has that.
    """

    name: str
    help: str
    module: str
    request_module: str = ""

    def load_request(self) -> type[Checked]:
        """The class of its requests."""
        request: type[Checked] = getattr(
            import_module(self.request_module or self.module), f"{self.name.title()}Request"
        )
        return request

    def load_run(self) -> Callable[..., Any]:
        """The job: a function of a request and a report of progress, which returns the result."""
        run: Callable[..., Any] = getattr(import_module(self.module), f"run_{self.name}")
        return run

    def load_format(self) -> Callable[[Any], str]:
        """The function that says a result in words."""
        format_result: Callable[[Any], str] = import_module(self.module).format_result
        return format_result


COMMANDS = (
    Command("join", "Join clips by generated transitions.", "segue.join.run", "segue.join.request"),
    Command("slow", "Slow a clip down, with new frames between its own.", "segue.commands.slow"),
    Command("train", "Train an autoencoder on an image set.", "segue.commands.train"),
    Command("sweep", "Train at many points, and find the best.", "segue.commands.sweep.command"),
    Command("interpolate", "Go from one image to another, as a strip, a GIF or a film.", "segue.commands.interpolate"),
    Command("map", "Draw a run's latent space: its codes, what is between them.", "segue.commands.map"),
    Command("sample", "Draw new images from a run's latent space.", "segue.commands.sample"),
    Command("evaluate", "Measure a run on held-out images.", "segue.commands.evaluate"),
    Command("score", "Score every path by every metric, with controls.", "segue.commands.score"),
    Command("stress", "Reconstruct corrupted images, and measure how well.", "segue.commands.stress"),
    Command("reproduce", "Do a small study again, and report beside its source.", "segue.commands.studies.command"),
    Command("list", "List what can be chosen by name, with its options.", "segue.commands.list"),
    Command("info", "Say what a file is.", "segue.commands.info"),
    Command("cache", "Show what is in the cache, or clear it.", "segue.commands.cache"),
    Command("demo", "Generate two clips and join them.", "segue.commands.demo"),
)
"""All commands, in the order of `segue --help`. A new one is a module, and an entry here."""
