"""The state of a run: what it resumes from, and what it goes back to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from segue.core.errors import InputError
from segue.models.files import load_tensors, save_tensors
from segue.models.precision import Precision
from segue.training.held_out import Figures
from segue.training.networks import strip_prefix


@dataclass
class State:
    """How far a run is.

    Args:
        step: how many steps are done.
        history: a row of means for every epoch.
        sums: the sums over the images of the epoch under way.
        rollbacks: how often the run went back to a good state.
        notes: what was noticed.
    """

    step: int = 0
    history: list[Figures] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    rollbacks: int = 0
    notes: list[str] = field(default_factory=list)

    def best_epoch(self) -> int:
        """Find the epoch with the lowest test loss.

        Returns:
            Its index in the history; 0 for an empty history.
        """
        losses = [row["test_loss"] for row in self.history]
        return losses.index(min(losses)) if losses else 0

    def copy(self) -> State:
        """Copy the state.

        Returns:
            An equal state that shares nothing with this one.
        """
        return State(**asdict(self))


@dataclass(frozen=True)
class Snapshot:
    """A state with the tensors of that moment.

    Args:
        state: how far the run is.
        tensors: as of `Networks.state`.
    """

    state: State
    tensors: dict[str, Tensor]


@dataclass(frozen=True)
class Checkpoint:
    """A run as a file keeps it.

    Args:
        now: where it is.
        good: the states to go back to, the newest last.
        best: the weights of the best epoch; empty where none are kept.
        precision: the number format and memory layout.
        seconds: how long it has taken so far.
    """

    now: Snapshot
    good: list[Snapshot]
    best: dict[str, Tensor]
    precision: Precision
    seconds: float

    def save(self, path: Path, identity: dict[str, Any]) -> None:
        """Write the checkpoint to a file, atomically.

        Args:
            path: the file.
            identity: JSON that tells one run from another, such as its method and options.

        Raises:
            InputError: nothing can be written there.
        """
        header: dict[str, Any] = {
            "kind": "checkpoint",
            "run": identity,
            **asdict(self.now.state),
            "precision": asdict(self.precision),
            "seconds": self.seconds,
        }
        tensors = self.now.tensors | {f"best.{name}": tensor for name, tensor in self.best.items()}
        header["good"] = [asdict(snapshot.state) for snapshot in self.good]
        for i, snapshot in enumerate(self.good):
            tensors |= {f"good.{i}.{name}": tensor for name, tensor in snapshot.tensors.items()}
        save_tensors(path, tensors, header)

    @classmethod
    def load(cls, path: Path, identity: dict[str, Any]) -> Checkpoint:
        """Read a checkpoint.

        Args:
            path: the file.
            identity: that of the run that is to go on; keys that are not in it are not compared.

        Returns:
            The checkpoint.

        Raises:
            InputError: the file is no checkpoint, or of another run.
        """
        tensors, header = load_tensors(path, "checkpoint")
        for state in (header, *header["good"]):  # files of older versions
            state.setdefault("rollbacks", state.pop("relapses", 0))
        for name, now in identity.items():
            before = header["run"].get(name)
            if before != now:
                raise InputError(f"{path} to resume with {name} {now}", f"{before}, as before", "the options of before")
        state = State(**{name: header[name] for name in asdict(State())})
        good = [Snapshot(State(**old), strip_prefix(f"good.{i}.", tensors)) for i, old in enumerate(header["good"])]
        mine = {name: tensor for name, tensor in tensors.items() if not name.startswith(("best.", "good."))}
        precision = Precision(**header["precision"])
        return cls(Snapshot(state, mine), good, strip_prefix("best.", tensors), precision, header["seconds"])
