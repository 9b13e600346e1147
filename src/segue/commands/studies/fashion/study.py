"""A plain autoencoder on Fashion-MNIST: its map, new items between classes, and inputs that are turned or jigsawed."""

from __future__ import annotations

from segue.commands.studies.fashion.claims import judge_claims
from segue.commands.studies.fashion.context import BATCH, LATENT, Context, prepare
from segue.commands.studies.fashion.space import report_new_items, report_reconstructions, report_space, report_vae
from segue.commands.studies.fashion.stress import report_stress
from segue.commands.studies.study import Study, report_parts
from segue.commands.studies.workspace import Numbers, Workspace
from segue.render.report import Page, Section


def make_page(workspace: Workspace) -> Page:
    """Train four models; draw and measure what they make of held-out items."""
    context = prepare(workspace)
    numbers: Numbers = {"classifier": context.share_right(context.test.images)}
    parts = {
        "map": report_space,
        "items": report_reconstructions,
        "new": report_new_items,
        "stress": report_stress,
        "beside": report_vae,
    }
    sections, found = report_parts(context, parts)
    numbers |= found
    return Page(
        title="Clothes through an autoencoder",
        lead=(
            "A plain autoencoder on Fashion-MNIST: how it arranges clothes, what lies between its classes, and whether "
            "it can put right what was turned or cut up before it saw it. A variational one stands beside it."
        ),
        sections=(_report_setting(context, numbers["classifier"]), *sections),
        claims=judge_claims(context.last, numbers),
        numbers=numbers,
    )


def _report_setting(context: Context, right: float) -> Section:
    count = len(context.train)
    return Section(
        "What was trained",
        f"""
        Four models of the same networks, with codes of {LATENT} numbers, saw {count:,} training images of Fashion-MNIST
        (28x28, grey, ten classes), drawn at random, for {context.last} epochs: a plain autoencoder; one that was given
        every item turned by K quarter turns, K drawn anew each time; one that was given its four quarters shuffled; and
        a VAE. The target is always the item upright and whole. The source trained for 20 epochs, on
        all 60,000 images as far as it says; an epoch here is {-(-count // BATCH):,} steps of {BATCH} images.

        Figures are of {len(context.test):,} held-out items and of one training each. "Read right" is what a classifier
        says that was trained on real items, apart from all this: the share of pictures that it takes for the class they
        should be of. It reads {right:.0f} % of the held-out items themselves right.""",
    )


STUDY = Study(
    name="fashion",
    about="a plain autoencoder of clothes: its map, new items between classes, rotated and jigsawed inputs",
    data="Fashion-MNIST",
    minutes_quick=2.5,
    minutes=11,
    make_page=make_page,
)
