"""SqueezeNet: it sees what it was trained to see."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from segue.core.images import fit, read_image, to_float
from segue.training.losses.squeezenet import SQUEEZENET


@pytest.mark.parametrize(
    ("photo", "classes", "sureness"),
    [("coffee", [967], [0.91]), ("chelsea", [285, 282, 281], [0.45, 0.32, 0.12])],
)
def test_it_knows_an_espresso_and_a_cat(
    photo: str, classes: list[int], sureness: list[float], data_dir: Path, squeezenet_weights: Path
) -> None:
    image = to_float(fit(read_image(data_dir / "photos" / f"{photo}.png", 3), 227, 227)[None])
    *_, (_, last) = SQUEEZENET.features(image)
    with np.load(squeezenet_weights) as arrays:
        head, bias = (torch.from_numpy(arrays[f"conv_final.{kind}"]) for kind in ("weight", "bias"))
    best = F.conv2d(last, head, bias, padding=1).relu().mean((2, 3)).softmax(1)[0].topk(len(classes))
    assert best.indices.tolist() == classes
    assert best.values.tolist() == pytest.approx(sureness, abs=0.01)
