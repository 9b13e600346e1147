"""A plain autoencoder on Fashion-MNIST: its map, new items between classes, and inputs that are turned or jigsawed."""
