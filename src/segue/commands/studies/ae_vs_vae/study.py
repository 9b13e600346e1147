"""An autoencoder and a variational one with codes of 32 numbers on MNIST: what the regularisation does."""

from __future__ import annotations

from segue.commands.studies.ae_vs_vae.claims import judge_claims
from segue.commands.studies.ae_vs_vae.context import LATENT, prepare
from segue.commands.studies.ae_vs_vae.learning import report_learning
from segue.commands.studies.ae_vs_vae.middles import report_middles
from segue.commands.studies.ae_vs_vae.samples import report_samples
from segue.commands.studies.ae_vs_vae.sizes import report_sizes
from segue.commands.studies.ae_vs_vae.spaces import report_spaces
from segue.commands.studies.study import Study, report_parts
from segue.commands.studies.workspace import Numbers, Workspace
from segue.render.report import Page


def make_page(workspace: Workspace) -> Page:
    """Train both, look at their latent spaces, go between digits, draw new ones, and try other lengths of code."""
    context = prepare(workspace)
    parts = {
        "learning": report_learning,
        "spaces": report_spaces,
        "between": report_middles,
        "samples": report_samples,
        "sizes": report_sizes,
    }
    sections, found = report_parts(context, parts)
    numbers: Numbers = {"classifier": context.reader.accuracy(context.test)} | found
    ae, vae = (numbers["spaces"][name] for name in ("AE", "VAE"))
    return Page(
        title="What regularisation does to a latent space",
        lead=(
            "An autoencoder and a variational one, alike in all else, learn to squeeze handwritten digits into "
            f"{LATENT} numbers. How do their latent spaces differ, and what lies between two digits? Two codes are "
            f"{vae['distance']:.1f} apart in the variational one and {ae['distance']:.1f} in the other; of a code's "
            f"neighbours, {vae['purity']:.0%} and {ae['purity']:.0%} are of its class."
        ),
        sections=sections,
        claims=judge_claims(numbers),
        numbers=numbers,
    )


STUDY = Study(
    name="ae-vs-vae",
    about="an autoencoder beside a variational one: their latent spaces, middles, samples, lengths of code",
    data="MNIST",
    minutes_quick=2.5,
    minutes=12,
    make_page=make_page,
)
