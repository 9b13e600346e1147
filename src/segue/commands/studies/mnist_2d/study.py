"""A variational autoencoder of two numbers on MNIST: is a transition through it more than a cross-fade?"""

from __future__ import annotations

from segue.commands.studies.mnist_2d.claims import judge_claims
from segue.commands.studies.mnist_2d.context import CROSS_FADE, LINE, prepare
from segue.commands.studies.mnist_2d.examples import report_examples, report_models
from segue.commands.studies.mnist_2d.measures import report_measures
from segue.commands.studies.mnist_2d.plane import report_plane
from segue.commands.studies.study import Study
from segue.commands.studies.workspace import Numbers, Workspace
from segue.render.report import Page


def make_page(workspace: Workspace) -> Page:
    """Train a VAE and two plain autoencoders, go from digit to digit, and measure what is passed."""
    context = prepare(workspace)
    kept, models = report_models(context)
    seen, examples, ways = report_examples(context)
    measures, measured = report_measures(context)
    where, plane = report_plane(context, ways)
    numbers: Numbers = {"models": models, "shown": examples, "measured": measured, "plane": plane}
    line, fade = (measured["ways"][way] for way in (LINE, CROSS_FADE))
    return Page(
        title="From digit to digit through two numbers",
        lead=(
            "A variational autoencoder squeezes every handwritten digit into two numbers. On the straight line between "
            "two of them, does something happen, or do the digits only fade into each other? A cross-fade is all "
            f"ghost, {fade['ghosting'][0]:.0f}, and passes {fade['others'][0]:.1f} other digits on the way; the "
            f"straight line is {line['ghosting'][0]:.2f} ghost and passes {line['others'][0]:.1f}."
        ),
        sections=(kept, seen, measures, where),
        claims=judge_claims(numbers),
        numbers=numbers,
    )


STUDY = Study(
    name="mnist-2d",
    about="a VAE of two numbers: is the straight line between two digits more than a cross-fade?",
    data="MNIST",
    minutes_quick=2.5,
    minutes=11,
    make_page=make_page,
)
