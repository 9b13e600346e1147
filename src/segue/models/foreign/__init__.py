"""Models that others have trained. A new one is a file here and an entry in `FOREIGN`."""

from segue.models.foreign.adapter import Coder, Foreign, ForeignModel, as_autoencoder
from segue.models.foreign.diffusers import Diffusers
from segue.models.foreign.taef2 import TAEF2

FOREIGN: tuple[type[ForeignModel], ...] = (TAEF2, Diffusers)

__all__ = ["FOREIGN", "TAEF2", "Coder", "Diffusers", "Foreign", "ForeignModel", "as_autoencoder"]
