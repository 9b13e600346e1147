"""An autoencoder and a variational one with codes of 32 numbers on MNIST: what the regularisation does."""
