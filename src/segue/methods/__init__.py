"""Training methods. A new one is a file here and an entry in `METHODS`."""

from segue.methods.ae import AE
from segue.methods.method import Method
from segue.methods.vae import VAE

METHODS: tuple[type[Method], ...] = (AE, VAE)

__all__ = ["AE", "METHODS", "VAE", "Method"]
