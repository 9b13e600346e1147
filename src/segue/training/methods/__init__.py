"""Training methods. A new one is a file here and an entry in `METHODS`."""

from segue.training.methods.aae import AAE
from segue.training.methods.acai import ACAI
from segue.training.methods.ae import AE
from segue.training.methods.aeai import AEAI
from segue.training.methods.method import ALONE, Batch, Critics, Method
from segue.training.methods.vae import VAE
from segue.training.methods.vaegan import VAEGAN

METHODS: tuple[type[Method], ...] = (AE, VAE, AAE, ACAI, AEAI, VAEGAN)

__all__ = ["AAE", "ACAI", "AE", "AEAI", "ALONE", "METHODS", "VAE", "VAEGAN", "Batch", "Critics", "Method"]
