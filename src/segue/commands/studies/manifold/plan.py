"""What the study trains on, and how much of everything."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from segue.commands.studies.workspace import Workspace
from segue.core.cache import cache_dir
from segue.data.datasets.named import folders_of
from segue.data.datasets.recorded import Mpi3d
from segue.training.losses.vgg import VGG16

NOISE = "gaussian:sigma=0.2"
TOY = "mpi3d-toy:color=white,shape=cone,size=large,background=purple,height={}"


@dataclass(frozen=True)
class Plan:
    """Two image sets, of two factors and of three; the network that sees for the perceptual loss; and how much.

    `network` is its name in a loss; `width`, `batch` and `lr` are as of `segue train`; `steps` are those of the models
    that are surfed, `short` those of the models that are compared among themselves; `pairs` what paths are scored on,
    `nodes` the images that slow paths use, `frames` of each.
    """

    two: str
    three: str
    network: str
    width: int
    batch: int
    lr: float
    steps: int
    short: int
    pairs: int
    nodes: int
    frames: int
    geodesic: str

    @property
    def losses(self) -> dict[str, str]:
        """The source's three weightings of MSE and the perceptual loss, by name."""
        return {"MSE": "mse", "both": f"mse:0.7+{self.network}:0.3", "perceptual": self.network}

    @property
    def both(self) -> str:
        """The method of the combined loss."""
        return f"ae:loss={self.losses['both']}"


def make_plan(workspace: Workspace) -> Plan:
    """The plan for the data and weights that are at hand, and for the size of the study."""
    two, three = _choose_worlds(workspace)
    return Plan(
        two=two,
        three=three,
        network=_choose_network(workspace),
        width=workspace.either(8, 32),
        batch=16,
        lr=workspace.either(3e-3, 1e-3),
        steps=workspace.either(400, 2500),
        short=workspace.either(80, 1500),
        pairs=workspace.either(4, 12, tiny=2),
        nodes=workspace.either(200, 800, tiny=60),
        frames=workspace.either(12, 16, tiny=5),
        geodesic=workspace.either("geodesic:iterations=5,points=16", "geodesic", tiny="geodesic:iterations=2")
        + "+pace",
    )


def _choose_worlds(workspace: Workspace) -> tuple[str, str]:
    """MPI3D where its file is, else the pole world, whose scenes are of the same kind."""
    folders = folders_of(Mpi3d.folder, workspace.data_dir)
    if any((folder / name).is_file() for folder in folders for name in Mpi3d.files):
        return TOY.format("top"), TOY.format("all")
    steps = workspace.either(40, 40, tiny=12)
    fewer = workspace.either(16, 40, tiny=8)
    return (
        f"worlds:pole:horizontal={steps},vertical={steps}",
        f"worlds:pole:height=all,horizontal={fewer},vertical={fewer}",
    )


def _choose_network(workspace: Workspace) -> str:
    """VGG-16, as the source has it, where its weights are at hand; they are half a GB, and not fetched for this."""
    given = os.environ.get("SEGUE_DATA")
    folders = [Path(given)] if given else []
    folders += [cache_dir(), *([workspace.data_dir] if workspace.data_dir else [])]
    places = [*VGG16.others(), *(folder / VGG16.file.name for folder in folders)]
    return "vgg16" if any(place.is_file() for place in places) else "perceptual"
