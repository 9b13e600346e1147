"""Training methods. A new one is a file here and an entry in `METHODS`."""

from segue.methods.aae import AAE
from segue.methods.acai import ACAI
from segue.methods.ae import AE
from segue.methods.method import ALONE, Batch, Method, Rivals
from segue.methods.vae import VAE

METHODS: tuple[type[Method], ...] = (AE, VAE, AAE, ACAI)

__all__ = ["AAE", "ACAI", "AE", "ALONE", "METHODS", "VAE", "Batch", "Method", "Rivals"]
