"""An autoencoder and a variational one with codes of 32 numbers on MNIST: what the regularisation does."""

from __future__ import annotations

from segue.commands.studies.ae_vs_vae.between import between
from segue.commands.studies.ae_vs_vae.claims import claims
from segue.commands.studies.ae_vs_vae.context import LATENT, prepared
from segue.commands.studies.ae_vs_vae.drawn import samples
from segue.commands.studies.ae_vs_vae.size import sizes
from segue.commands.studies.ae_vs_vae.spaces import spaces
from segue.commands.studies.ae_vs_vae.trained import learning
from segue.commands.studies.study import StudyRecipe
from segue.commands.studies.workspace import Numbers, Workspace
from segue.render.report import Section, Study


def study(bench: Workspace) -> Study:
    """Train both, look at their latent spaces, go between digits, draw new ones, and try other lengths of code."""
    desk = prepared(bench)
    parts = {"learning": learning, "spaces": spaces, "between": between, "samples": samples, "sizes": sizes}
    sections: list[Section] = []
    numbers: Numbers = {"classifier": desk.reader.accuracy(desk.test)}
    for name, part in parts.items():
        section, numbers[name] = part(desk)
        sections.append(section)
    ae, vae = (numbers["spaces"][name] for name in ("AE", "VAE"))
    return Study(
        "What regularisation does to a latent space",
        f"An autoencoder and a variational one, alike in all else, learn to squeeze handwritten digits into {LATENT} "
        "numbers. How do their latent spaces differ, and what lies between two digits? Two codes are "
        f"{vae['distance']:.1f} apart in the variational one and {ae['distance']:.1f} in the other; of a code's "
        f"neighbours, {vae['purity']:.0%} and {ae['purity']:.0%} are of its class.",
        tuple(sections),
        claims(numbers),
        numbers,
    )


RECIPE = StudyRecipe(
    "ae-vs-vae",
    "an autoencoder beside a variational one: their latent spaces, middles, samples, lengths of code",
    "MNIST",
    2.5,
    12,
    study,
)
