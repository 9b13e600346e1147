"""A VAE of old Japanese characters with a Gaussian decoder of learned error: its bound and space."""

from __future__ import annotations

from segue.commands.studies.kmnist.claims import judge_claims
from segue.commands.studies.kmnist.context import BATCH, LATENT, Context, prepare
from segue.commands.studies.kmnist.learning import report_draws, report_learning
from segue.commands.studies.kmnist.space import report_between, report_bound
from segue.commands.studies.study import Study, report_parts
from segue.commands.studies.workspace import Workspace
from segue.render.report import Page, Section


def make_page(workspace: Workspace) -> Page:
    """Train two VAEs; draw and measure what their spaces hold, and how one of them came to be."""
    context = prepare(workspace)
    parts = {"bound": report_bound, "between": report_between, "drawn": report_draws, "learning": report_learning}
    sections, numbers = report_parts(context, parts)
    return Page(
        title="Old Japanese characters, and what lies between them",
        lead=(
            "A variational autoencoder of Kuzushiji-MNIST whose decoder is a Gaussian of learned error: the bound that "
            "it is trained by, ways from character to character, and how characters emerge as it learns."
        ),
        sections=(_report_setting(context), *sections),
        claims=judge_claims(context.epochs, numbers),
        numbers=numbers,
    )


def _report_setting(context: Context) -> Section:
    few = f" ({context.note})" if context.note else ""
    steps = -(-len(context.train) // BATCH)
    return Section(
        "What was trained",
        f"""
        Kuzushiji-MNIST has ten characters as they were brushed in old books, 28x28, grey; each of the ten was written
        in several ways, which look nothing like each other. Two VAEs with codes of {LATENT} numbers saw
        {len(context.train):,} training images{few} for {context.epochs[-1]} epochs of {steps:,} steps.
        All figures are of the {len(context.test):,} test images, or of draws, and of one training each. A classifier of
        real characters, trained apart, is right about {context.reader.accuracy(context.test)[0]:.0f} % of the test
        images.""",
    )


STUDY = Study(
    name="kmnist",
    about="a VAE of old Japanese characters with a Gaussian decoder: its bound, ways between, and how it learns",
    data="Kuzushiji-MNIST",
    minutes_quick=2.5,
    minutes=9,
    make_page=make_page,
)
