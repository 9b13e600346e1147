"""A VAE of old Japanese characters with a Gaussian decoder of learned error: its bound and space."""
