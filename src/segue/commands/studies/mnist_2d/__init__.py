"""A variational autoencoder of two numbers on MNIST: is a transition through it more than a cross-fade?"""
