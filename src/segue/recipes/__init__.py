"""The studies that segue reproduces, one file each: `RECIPES`."""

from segue.recipes.recipe import Recipe

RECIPES: tuple[Recipe, ...] = ()
