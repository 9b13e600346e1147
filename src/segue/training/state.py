"""The state of a run: what it goes on from, and what it goes back to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from segue.core.errors import InputError
from segue.models.files import load_tensors, save_tensors
from segue.models.precision import Precision
from segue.training.held_out import Figures
from segue.training.networks import within


@dataclass
class State:
    """Steps done, a row per epoch, the sums of the epoch under way, how often it went back, and what was noticed."""

    step: int = 0
    history: list[Figures] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    rollbacks: int = 0
    notes: list[str] = field(default_factory=list)

    def best_epoch(self) -> int:
        """The place in the history of the lowest test loss; 0 for no history."""
        losses = [row["test_loss"] for row in self.history]
        return losses.index(min(losses)) if losses else 0

    def copy(self) -> State:
        """The same, sharing nothing."""
        return State(**asdict(self))


@dataclass(frozen=True)
class Snapshot:
    """A state with the weights and moments of that moment."""

    state: State
    tensors: dict[str, Tensor]


@dataclass(frozen=True)
class Checkpoint:
    """A run as it lies in a file: now, what to go back to, the best weights, the precision, the seconds so far."""

    now: Snapshot
    good: list[Snapshot]
    best: dict[str, Tensor]
    precision: Precision
    seconds: float

    def save(self, path: Path, identity: dict[str, Any]) -> None:
        """Write it, with what makes two runs the same one."""
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
        """Read it. Raises `InputError` for a file that is none, or of another run."""
        tensors, header = load_tensors(path, "checkpoint")
        for state in (header, *header["good"]):  # as it was called once
            state.setdefault("rollbacks", state.pop("relapses", 0))
        for name, now in identity.items():
            before = header["run"].get(name)
            if before != now:
                raise InputError(f"{path} to resume with {name} {now}", f"{before}, as before", "the options of before")
        state = State(**{name: header[name] for name in asdict(State())})
        good = [Snapshot(State(**old), within(f"good.{i}.", tensors)) for i, old in enumerate(header["good"])]
        mine = {name: tensor for name, tensor in tensors.items() if not name.startswith(("best.", "good."))}
        precision = Precision(**header["precision"])
        return cls(Snapshot(state, mine), good, within("best.", tensors), precision, header["seconds"])
