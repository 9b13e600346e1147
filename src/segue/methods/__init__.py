"""Training methods. A new one is a file here and an entry in `METHODS`."""

from segue.methods.aae import AAE
from segue.methods.acai import ACAI
from segue.methods.ae import AE
from segue.methods.aeai import AEAI
from segue.methods.method import ALONE, Batch, Method, Rivals
from segue.methods.vae import VAE
from segue.methods.vaegan import VAEGAN

METHODS: tuple[type[Method], ...] = (AE, VAE, AAE, ACAI, AEAI, VAEGAN)

__all__ = ["AAE", "ACAI", "AE", "AEAI", "ALONE", "METHODS", "VAE", "VAEGAN", "Batch", "Method", "Rivals"]
