"""The study of the manifold: what it measures, and by which rules claims hold."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.commands.studies import STUDIES
from segue.commands.studies.manifold import verdicts
from segue.commands.studies.manifold.clusters import measure_split
from segue.commands.studies.manifold.losses import Quality, measure_quality
from segue.commands.studies.manifold.plan import make_plan
from segue.commands.studies.manifold.study import STUDY
from segue.commands.studies.manifold.surfing import Terrain, make_true_frames, measure_detour
from segue.commands.studies.workspace import Workspace
from segue.data.datasets import load
from segue.evaluation.leaderboard import Figure, LeaderboardRow
from segue.latent.graph import knn_graph
from segue.latent.space import LatentSpace
from segue.models.autoencoder import ConvAutoencoder


def standing(path: str, **means: float) -> LeaderboardRow:
    figures = {name.replace("_", "-"): Figure(mean, mean, mean, 0, 1.0) for name, mean in means.items()}
    return LeaderboardRow(path, False, 0, {}, figures)


def qualities(**changes: float) -> Quality:
    return dataclasses.replace(
        Quality(mse=2e-3, psnr=27, ssim=0.9, edges=0.5, filling=0.2, sharpness=0.5, variety=0.7), **changes
    )


def test_it_is_among_the_studies() -> None:
    assert STUDY in STUDIES


def test_a_perfect_reconstruction_misses_nothing_and_the_mean_image_everything() -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 16, 16, 3)).astype(np.uint8)
    mean = images.mean(0)
    blind = measure_quality(images, np.broadcast_to(mean.round().astype(np.uint8), images.shape), mean)
    assert measure_quality(images, images, mean).edges == 0
    assert blind.edges == pytest.approx(1, rel=0.01)
    assert blind.filling == pytest.approx(1, rel=0.01)
    assert blind.sharpness < 0.5


def test_lost_filling_is_told_from_lost_edges() -> None:
    rng = np.random.default_rng(0)
    images, outlines = np.zeros((2, 20, 48, 48, 1), np.uint8)
    for image, outline in zip(images, outlines, strict=True):
        row, column = rng.integers(0, 28, 2)
        image[row : row + 20, column : column + 20] = outline[row : row + 20, column : column + 20] = 200
        outline[row + 1 : row + 19, column + 1 : column + 19] = 0
    blurred = np.mean([np.roll(images, (r, c), (1, 2)) for r in (-2, 0, 2) for c in (-2, 0, 2)], 0).astype(np.uint8)
    hollow, soft = (measure_quality(images, each, images.mean(0)) for each in (outlines, blurred))
    assert hollow.filling > 5 * soft.filling
    assert hollow.sharpness > 2 * soft.sharpness


def test_clusters_are_told_from_what_is_mixed() -> None:
    rng = np.random.default_rng(0)
    codes, labels = rng.normal(size=(200, 2)), np.arange(200) % 2
    mixed, apart = measure_split(codes, labels), measure_split(codes + 20 * labels[:, None], labels)
    assert apart.purity == 1
    assert apart.components == 2
    assert apart.silhouette > 0.8
    assert 0.4 < mixed.purity < 0.6
    assert mixed.components == 1
    assert verdicts.judge_clusters(apart).verdict == "confirmed"
    assert verdicts.judge_clusters(mixed).verdict == "not confirmed"
    assert verdicts.judge_clusters(dataclasses.replace(apart, silhouette=0.0, components=1)).verdict.endswith(
        "condition"
    )


def test_the_way_round_a_corner_is_a_detour() -> None:
    corner = np.array([[0.0, 3.0], [0.0, 0.0], [4.0, 0.0]])
    graph = knn_graph(corner, 1)
    assert measure_detour(graph, 0, 2) == pytest.approx(7 / 5)
    assert measure_detour(graph, 1, 1) == 1


def test_the_pair_that_is_shown_is_the_one_whose_line_leaves_the_codes() -> None:
    images = load("worlds:pole:horizontal=12,vertical=12").train
    turn = np.linspace(0, 1.5 * np.pi, len(images))
    codes = np.stack([np.cos(turn), np.sin(turn)], 1)
    space = LatentSpace(torch.from_numpy(codes), images.ids)
    terrain = Terrain(Path(), ConvAutoencoder(images.image_shape, latent=2, width=8), images, space)
    shown = terrain.shown
    assert terrain.graph.k is not None and terrain.graph.k <= 2
    # The line goes across the open circle, the graph round it.
    assert shown.away == terrain.away.max() > 10
    assert shown.detour > 1.3
    assert (terrain.detours(terrain.graph) >= 1 - 1e-9).all()
    frames = make_true_frames(make_plan(Workspace(Path(), "tiny")), images, (shown.a, shown.b), 3)
    assert frames is not None
    assert (frames[0] == images.images[shown.a]).all()


def test_surfing_has_to_lower_the_error_on_most_pairs() -> None:
    line = standing("linear", off_manifold=8.89e-3)
    surf = standing("graph", off_manifold=8.32e-3)
    assert verdicts.judge_lower(line, surf).verdict == "confirmed"
    assert "-6%" in verdicts.judge_lower(line, surf).found
    assert verdicts.judge_lower(surf, line).verdict == "not confirmed"
    rarely = LeaderboardRow("graph", False, 0, {}, {"off-manifold": Figure(8.3e-3, 0, 1, 0, 0.25)})
    assert verdicts.judge_lower(line, rarely).verdict == "confirmed with a condition"


def test_a_long_rough_way() -> None:
    line, surf = standing("linear", off_manifold=2.0, jerk=1.0), standing("graph", off_manifold=1.9, jerk=2.0)
    assert verdicts.judge_long_way(line, surf, 2.0, qualities()).verdict == "confirmed"
    assert verdicts.judge_long_way(line, surf, 1.1, qualities()).verdict == "confirmed with a condition"
    assert verdicts.judge_long_way(surf, line, 1.1, qualities()).verdict == "not confirmed"


def test_losses() -> None:
    all_of = {
        "MSE": qualities(sharpness=0.4),
        "both": qualities(sharpness=0.8),
        "perceptual": qualities(sharpness=0.9, filling=2),
    }
    assert verdicts.judge_combined(all_of).verdict == "confirmed"
    assert verdicts.judge_perceptual(all_of).verdict == "confirmed"
    alike = {name: qualities() for name in all_of}
    assert verdicts.judge_combined(alike).verdict == "not confirmed"
    assert verdicts.judge_perceptual(alike).verdict == "confirmed with a condition"


def test_a_model_that_has_not_learned_tests_nothing() -> None:
    grey = qualities(variety=0.01)
    line = standing("linear", off_manifold=2.0, jerk=1.0)
    assert verdicts.judge_long_way(line, line, 2.0, grey).verdict == "not tested"
    assert (
        verdicts.judge_combined({"MSE": qualities(), "both": grey, "perceptual": qualities()}).verdict == "not tested"
    )
    assert (
        verdicts.judge_perceptual({"MSE": qualities(), "both": qualities(), "perceptual": grey}).verdict == "not tested"
    )


@pytest.mark.parametrize(
    ("k", "said"),
    [(4, "confirmed"), (6, "confirmed with a condition"), (2, "confirmed with a condition"), (12, "not confirmed")],
)
def test_smallest_k(k: int, said: str) -> None:
    assert verdicts.judge_smallest_k(k, 9).verdict == said


@pytest.mark.parametrize(
    ("mse", "said"), [(1.4e-3, "confirmed"), (1.8e-3, "confirmed with a condition"), (2.0e-3, "not confirmed")]
)
def test_third_number(mse: float, said: str) -> None:
    assert verdicts.judge_third_number(qualities(), qualities(mse=mse)).verdict == said


def test_deeper_is_clearer_only_where_surfing_helps() -> None:
    def pair(change: float) -> tuple[LeaderboardRow, LeaderboardRow]:
        return standing("linear", off_manifold=1.0), standing("graph", off_manifold=1 + change)

    assert verdicts.judge_clearer(pair(-0.1), pair(-0.3)).verdict == "confirmed"
    assert verdicts.judge_clearer(pair(-0.3), pair(-0.1)).verdict == "confirmed with a condition"
    assert verdicts.judge_clearer(pair(0.3), pair(0.1)).verdict == "not confirmed"


def test_noise() -> None:
    tried = {
        "gaussian:sigma=0.1": qualities(mse=3e-3),
        "gaussian:sigma=0.2": qualities(),
        "mask:ratio=0.2": qualities(mse=1.95e-3),
    }
    assert verdicts.judge_noise(tried, "gaussian:sigma=0.1").verdict == "not confirmed"
    assert verdicts.judge_noise(tried, "gaussian:sigma=0.2").verdict == "confirmed with a condition"
    assert verdicts.judge_noise(tried, "mask:ratio=0.2").verdict == "confirmed"


def test_a_snap_games_the_error_and_not_the_distance_to_truth() -> None:
    line = standing("linear", off_manifold=9e-3, jerk=1.0, to_truth=5e-3)
    snap = standing("snap", off_manifold=0.0, jerk=15.0, to_truth=4.8e-3)
    truth = standing("truth", to_truth=0.0)
    assert verdicts.judge_gamed(line, snap).verdict == "confirmed"
    assert verdicts.judge_perfect(snap, truth, line).verdict == "confirmed"
    assert verdicts.judge_perfect(standing("snap", to_truth=1e-4), truth, line).verdict.endswith("condition")
    unknown = standing("linear", to_truth=math.nan)
    assert verdicts.judge_perfect(snap, truth, unknown).verdict == "not tested"


def test_what_the_source_would_try_next() -> None:
    plain = standing("linear", excess=1e-3, off_manifold=4e-3)
    less, more = standing("linear", excess=0.5e-3), standing("linear", excess=2e-3)
    learned = {"ACAI": qualities(), "AEAI": qualities()}
    assert verdicts.judge_convex(plain, {"ACAI": less, "AEAI": less}, learned).verdict == "confirmed"
    assert verdicts.judge_convex(plain, {"ACAI": less, "AEAI": more}, learned).verdict == "confirmed with a condition"
    grey = {"ACAI": qualities(), "AEAI": qualities(variety=0.0)}
    assert verdicts.judge_convex(plain, {"ACAI": more, "AEAI": less}, grey).verdict == "not confirmed"
    near, far = standing("graph", off_manifold=1.0), standing("graph", off_manifold=1.5)
    assert verdicts.judge_radius((2.0, 1.5), near, near, qualities()).verdict == "confirmed"
    assert verdicts.judge_radius((2.0, 1.5), near, far, qualities()).verdict == "confirmed with a condition"
    assert verdicts.judge_radius((2.0, 2.0), near, near, qualities()).verdict == "not confirmed"
    assert (
        verdicts.judge_better(qualities(), {"VAE": qualities(mse=1.5e-3), "AAE": qualities(mse=9e-3)}).verdict
        == "confirmed"
    )
    assert verdicts.judge_better(qualities(), {"VAE": qualities(mse=1.9e-3)}).verdict == "confirmed with a condition"
    assert verdicts.judge_better(qualities(), {"VAE": qualities(mse=2.1e-3)}).verdict == "not confirmed"
    assert verdicts.judge_better(qualities(), {"VAE": qualities(mse=1e-3, variety=0.01)}).verdict == "not tested"
