"""The studies that segue reproduces, one file each: `RECIPES`."""

from segue.recipes import ae_vs_vae, fashion, kmnist, manifold, mnist_2d
from segue.recipes.recipe import Recipe

RECIPES: tuple[Recipe, ...] = (mnist_2d.RECIPE, manifold.RECIPE, ae_vs_vae.RECIPE, fashion.RECIPE, kmnist.RECIPE)
