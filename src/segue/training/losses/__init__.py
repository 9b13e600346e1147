"""Reconstruction losses: one number per image, so that a method may weigh them as its paper does.

A loss takes logits and a target, `[n, c, h, w]`, and returns `[n]`. A new one is a function and an entry in `LOSSES`.
"""

from segue.training.losses.features import Perceptual, perceptual, perceptual_distance, vgg16
from segue.training.losses.pixelwise import bce, l1, mse, psnr
from segue.training.losses.structural import ssim, structural_similarity
from segue.training.losses.weighted import LOSSES, Loss, LossFunction, choose_loss

__all__ = [
    "LOSSES",
    "Loss",
    "LossFunction",
    "Perceptual",
    "bce",
    "choose_loss",
    "l1",
    "mse",
    "perceptual",
    "perceptual_distance",
    "psnr",
    "ssim",
    "structural_similarity",
    "vgg16",
]
