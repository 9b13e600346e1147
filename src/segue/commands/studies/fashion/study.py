"""A plain autoencoder on Fashion-MNIST: its map, new items between classes, and inputs that are turned or jigsawed."""

from __future__ import annotations

from segue.commands.studies.fashion.claims import claims
from segue.commands.studies.fashion.context import BATCH, LATENT, StudyContext, prepared
from segue.commands.studies.fashion.space import beside, items, latent_space, new_items
from segue.commands.studies.fashion.stress import stress
from segue.commands.studies.study import StudyRecipe
from segue.commands.studies.workspace import Numbers, Workspace
from segue.render.report import Section, Study


def study(bench: Workspace) -> Study:
    """Train four models; draw and measure what they make of held-out items."""
    desk = prepared(bench)
    numbers: Numbers = {"classifier": desk.right(desk.test.images)}
    parts = {"map": latent_space, "items": items, "new": new_items, "stress": stress, "beside": beside}
    sections = [_setting(desk, numbers["classifier"])]
    for name, part in parts.items():
        section, numbers[name] = part(desk)
        sections.append(section)
    return Study(
        "Clothes through an autoencoder",
        "A plain autoencoder on Fashion-MNIST: how it arranges clothes, what lies between its classes, and whether it "
        "can put right what was turned or cut up before it saw it. A variational one stands beside it.",
        tuple(sections),
        claims(desk.last, numbers),
        numbers,
    )


def _setting(desk: StudyContext, right: float) -> Section:
    count = len(desk.train)
    return Section(
        "What was trained",
        f"""
        Four models of the same networks, with codes of {LATENT} numbers, saw {count:,} training images of Fashion-MNIST
        (28x28, grey, ten classes), drawn at random, for {desk.last} epochs: a plain autoencoder; one that was given
        every item turned by K quarter turns, K drawn anew each time; one that was given its four quarters shuffled; and
        a VAE. What they have to give back is always the item upright and whole. The source trained for 20 epochs, on
        all 60,000 images as far as it says; an epoch here is {-(-count // BATCH):,} steps of {BATCH} images.

        Figures are of {len(desk.test):,} held-out items and of one training each. "Read right" is what a classifier
        says that was trained on real items, apart from all this: the share of pictures that it takes for the class they
        should be of. It reads {right:.0f} % of the held-out items themselves right.""",
    )


RECIPE = StudyRecipe(
    "fashion",
    "a plain autoencoder of clothes: its map, new items between classes, rotated and jigsawed inputs",
    "Fashion-MNIST",
    2.5,
    11,
    study,
)
