"""A variational autoencoder of two numbers on MNIST: is a transition through it more than a cross-fade?"""

from __future__ import annotations

from segue.commands.studies.mnist_2d.claims import claims
from segue.commands.studies.mnist_2d.context import CROSS_FADE, LINE, prepared
from segue.commands.studies.mnist_2d.measured import more_than_a_fade
from segue.commands.studies.mnist_2d.plane import the_plane
from segue.commands.studies.mnist_2d.shown import models, transitions
from segue.commands.studies.study import StudyRecipe
from segue.commands.studies.workspace import Numbers, Workspace
from segue.render.report import Study


def study(bench: Workspace) -> Study:
    """Train a VAE and two plain autoencoders, go from digit to digit, and measure what is passed."""
    desk = prepared(bench)
    numbers: Numbers = {}
    kept, numbers["models"] = models(desk)
    seen, numbers["shown"], ways = transitions(desk)
    told, numbers["measured"] = more_than_a_fade(desk)
    where, numbers["plane"] = the_plane(desk, ways)
    line, fade = (numbers["measured"]["ways"][way] for way in (LINE, CROSS_FADE))
    return Study(
        "From digit to digit through two numbers",
        "A variational autoencoder squeezes every handwritten digit into two numbers. On the straight line between two "
        "of them, does something happen, or do the digits only fade into each other? A cross-fade is all ghost, "
        f"{fade['ghosting'][0]:.0f}, and passes {fade['others'][0]:.1f} other digits on the way; the straight line is "
        f"{line['ghosting'][0]:.2f} ghost and passes {line['others'][0]:.1f}.",
        (kept, seen, told, where),
        claims(numbers),
        numbers,
    )


RECIPE = StudyRecipe(
    "mnist-2d",
    "a VAE of two numbers: is the straight line between two digits more than a cross-fade?",
    "MNIST",
    2.5,
    11,
    study,
)
