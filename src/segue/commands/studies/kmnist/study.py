"""A VAE of old Japanese characters with a Gaussian decoder of learned error: its bound and space."""

from __future__ import annotations

from segue.commands.studies.kmnist.claims import claims
from segue.commands.studies.kmnist.context import BATCH, LATENT, StudyContext, prepared
from segue.commands.studies.kmnist.learning import drawn, learning
from segue.commands.studies.kmnist.space import between, bound
from segue.commands.studies.study import StudyRecipe
from segue.commands.studies.workspace import Numbers, Workspace
from segue.render.report import Section, Study


def study(bench: Workspace) -> Study:
    """Train two VAEs; draw and measure what their spaces hold, and how one of them came to be."""
    desk = prepared(bench)
    numbers: Numbers = {}
    sections = [_setting(desk)]
    for name, part in (("bound", bound), ("between", between), ("drawn", drawn), ("learning", learning)):
        section, numbers[name] = part(desk)
        sections.append(section)
    return Study(
        "Old Japanese characters, and what lies between them",
        "A variational autoencoder of Kuzushiji-MNIST whose decoder is a Gaussian of learned error: the bound that it "
        "is trained by, ways from character to character, and how characters come to be as it learns.",
        tuple(sections),
        claims(desk.epochs, numbers),
        numbers,
    )


def _setting(desk: StudyContext) -> Section:
    few = f" ({desk.note})" if desk.note else ""
    return Section(
        "What was trained",
        f"""
        Kuzushiji-MNIST has ten characters as they were brushed in old books, 28x28, grey; each of the ten was written
        in several ways, which look nothing like each other. Two VAEs with codes of {LATENT} numbers saw
        {len(desk.train):,} training images{few} for {desk.epochs[-1]} epochs of {-(-len(desk.train) // BATCH):,} steps.
        All figures are of the {len(desk.test):,} test images, or of draws, and of one training each. A classifier of
        real characters, trained apart, is right about {desk.reader.accuracy(desk.test)[0]:.0f} % of the test
        images.""",
    )


RECIPE = StudyRecipe(
    "kmnist",
    "a VAE of old Japanese characters with a Gaussian decoder: its bound, ways between, and how it learns",
    "Kuzushiji-MNIST",
    2.5,
    9,
    study,
)
