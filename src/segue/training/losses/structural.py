"""Structural similarity: do two images agree in brightness, contrast and pattern, window by window?"""

from __future__ import annotations

import torch
from torch import Tensor

WINDOW, SIGMA = 11, 1.5
C1, C2 = 0.01**2, 0.03**2


def structural_similarity(decoded: Tensor, target: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004, doi 10.1109/TIP.2003.819861): the mean over windows and channels of

    `(2 m_x m_y + C1) (2 s_xy + C2) / ((m_x^2 + m_y^2 + C1) (s_x^2 + s_y^2 + C2))`, C1 = 0.01^2, C2 = 0.03^2.

    Means m, variances s^2 and the covariance are weighted by a Gaussian of 11x11, sigma 1.5, in windows that lie wholly
    within the image; along a shorter axis the window is the longest odd one that fits.

    Args:
        decoded: `[n, c, h, w]`, 0 to 1.
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, -1 to 1; 1 for equal images.

    >>> image = torch.linspace(0, 1, 256).reshape(1, 1, 16, 16)
    >>> structural_similarity(image, image).item()
    1.0
    """
    rows, columns = (_windows(side, decoded.device) for side in decoded.shape[2:])
    # Variances are small differences: in bfloat16 they would be rounding alone.
    with torch.autocast(decoded.device.type, enabled=False):
        maps = torch.stack((decoded, target, decoded.square(), target.square(), decoded * target))
        mean_x, mean_y, square_x, square_y, product = rows @ maps @ columns.T
    means = mean_x.square() + mean_y.square()
    likeness = (2 * mean_x * mean_y + C1) / (means + C1)
    pattern = (2 * (product - mean_x * mean_y) + C2) / (square_x + square_y - means + C2)
    similarity: Tensor = likeness * pattern
    return similarity.flatten(1).mean(1)


def ssim(logits: Tensor, target: Tensor) -> Tensor:
    """Structural dissimilarity: `1 - SSIM`, see `structural_similarity`.

    Args:
        logits: `[n, c, h, w]`, before the sigmoid.
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, 0 to 2; 0 for equal images.
    """
    return 1 - structural_similarity(logits.float().sigmoid(), target)


def _windows(length: int, device: torch.device) -> Tensor:
    """The weights of each window along an axis: `[windows, length]`."""
    reach = (min(WINDOW, length) - 1) // 2
    offsets = torch.arange(length, device=device) - torch.arange(reach, length - reach, device=device)[:, None]
    bell = (offsets.square() / (-2 * SIGMA**2)).exp() * (offsets.abs() <= reach)
    return bell / bell.sum(1, keepdim=True)
