"""Source 001, "Data Interpolation in Latent Space" (Yadlin and Botchan): surfing a manifold of 1,600 images."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from segue.commands.runs import open_model
from segue.commands.studies.manifold import verdicts
from segue.commands.studies.manifold.beyond import CONVEX, MORE_METHODS, PLAIN_AE, report_beyond
from segue.commands.studies.manifold.clusters import ClusterSplit, report_clusters
from segue.commands.studies.manifold.grid import report_grid
from segue.commands.studies.manifold.losses import (
    Quality,
    measure_run,
    report_losses,
    report_noise,
    train,
    train_losses,
)
from segue.commands.studies.manifold.plan import NOISE, Plan, make_plan
from segue.commands.studies.manifold.surfing import (
    RADIUS,
    SURFING,
    Terrain,
    make_true_frames,
    report_terrain,
    score_run,
)
from segue.commands.studies.study import Study
from segue.commands.studies.workspace import Workspace
from segue.core.images import write_image
from segue.data.datasets import ImageSet
from segue.evaluation.leaderboard import LeaderboardRow
from segue.latent.graph import Graph
from segue.latent.interpolation import cross_fade
from segue.models.autoencoder import ConvAutoencoder
from segue.render.report import Claim, Page, Picture, Section, Table
from segue.render.strip import Row

Board = dict[str, LeaderboardRow]


def make_page(workspace: Workspace) -> Page:
    """All of the source's experiments, in its order, and then what it would try next."""
    plan = make_plan(workspace)
    images = workspace.images(plan.two).train
    runs = train_losses(workspace, plan)
    deep = train(workspace, plan, "3d-mse", latent=3, steps=plan.steps)
    losses, qualities = report_losses(workspace, plan, images, runs)
    terrains = {"MSE": Terrain.of(runs["MSE"], images), "both": Terrain.of(runs["both"], images)}
    terrains["3-D"] = Terrain.of(deep, images)
    paths = f"linear {SURFING} {RADIUS}"
    boards = {name: score_run(workspace, plan, terrain.run, paths) for name, terrain in terrains.items()}
    qualities["3-D"] = measure_run(deep, images)[0]
    surfing = _report_surfing(workspace, plan, terrains, boards, qualities)
    three, split, _ = report_clusters(workspace, plan)
    noises, by_noise, plain = report_noise(workspace, plan, images)
    grid, tried = report_grid(workspace, plan)
    beyond, further, kinds = report_beyond(workspace, plan, images, plain)
    lengths = {
        name: {"k": _median_detour(terrain, terrain.graph), "radius": _median_detour(terrain, terrain.wide)}
        for name, terrain in terrains.items()
    }
    claims = _judge_claims(
        terrains=terrains,
        boards=boards,
        qualities=qualities,
        lengths=lengths,
        split=split,
        noises=by_noise,
        further=further,
        kinds=kinds,
    )
    numbers = {
        "losses": _collect(qualities),
        "noises": _collect(by_noise),
        "third factor": asdict(split),
        "lengths": lengths,
        "smallest k": {name: terrain.graph.k for name, terrain in terrains.items()},
        "scores": {name: _collect_means(board) for name, board in (boards | further).items()},
        "methods": _collect(kinds),
        "plan": asdict(plan),
        "grid": [{**row.values, **row.figures, "state": row.state} for row in tried.rows],
    }
    sections = (_report_world(workspace, plan, images, runs["MSE"]), losses, *surfing, three, noises, grid, beyond)
    lead = LEAD.format(**_fill_lead(boards, lengths))
    return Page(title=_TITLE, lead=lead, sections=sections, claims=claims, numbers=numbers)


def _report_world(workspace: Workspace, plan: Plan, images: ImageSet, run: Path) -> Section:
    """The images, why pixels will not do, and the network."""
    from segue.render.strip import strip

    side = round(len(images) ** 0.5)
    write_image(workspace.figure_path("world.png"), strip(_make_examples(plan, images, side)))
    model, _ = open_model(run)
    assert isinstance(model, ConvAutoencoder)  # noqa: S101 - for the type checker; the study trains no other
    weights = [sum(part.numel() for part in net.parameters()) for net in (model.encoder, model.decoder)]
    recorded = plan.two.startswith("mpi3d")
    text = WORLD.format(
        data=plan.two,
        images=len(images),
        side=side,
        shape="x".join(map(str, images.image_shape[1:])),
        widest=4 * plan.width,
        encoder=weights[0],
        decoder=weights[1],
        steps=plan.steps,
        short=plan.short,
        batch=plan.batch,
        epochs=plan.steps * plan.batch / len(images),
        quick=QUICK if workspace.quick else "",
        instead="the source's own set" if recorded else INSTEAD,
    )
    caption = (
        f"The set: {side} horizontal angles (first row, 8 of them) by {side} vertical ones (second row). Fading pixels "
        "(third row) shows two arms; the truth (last row) is one arm that moves."
    )
    return Section("The images, and the network", text, (Picture(workspace.figure_path("world.png"), caption),))


def _make_examples(plan: Plan, images: ImageSet, side: int) -> list[Row]:
    """Both factors in turn, and a pair of images cross-faded and in truth; `side` is the steps of each factor."""
    steps = np.linspace(0, side - 1, 8).round().astype(np.int64)
    a, b = side // 8 * side + side // 4, (side - side // 8) * side - side // 4
    rows = [
        Row("horizontal angle", images.images[steps * side + side // 2]),
        Row("vertical angle", images.images[side // 2 * side + steps]),
        Row("cross-fade of pixels", cross_fade(images.images[a], images.images[b], 8)),
    ]
    truth = make_true_frames(plan, images, (a, b), 8)
    return rows if truth is None else [*rows, Row("truth", truth)]


def _report_surfing(
    workspace: Workspace,
    plan: Plan,
    terrains: dict[str, Terrain],
    boards: dict[str, Board],
    qualities: dict[str, Quality],
) -> tuple[Section, ...]:
    found = {
        name: report_terrain(workspace, plan, terrains[name], slug, what, boards[name])
        for name, slug, what in (
            ("MSE", "2d-mse", "MSE, code of two numbers"),
            ("both", "2d-both", "Both losses, code of two numbers"),
            ("3-D", "3d-mse", "MSE, code of three numbers"),
        )
    }
    gain = verdicts.relative_change(qualities["MSE"].mse, qualities["3-D"].mse)
    flat, solid = qualities["MSE"], qualities["3-D"]
    rows = tuple((name, 1e3 * k.mse, k.psnr, k.ssim) for name, k in (("two numbers", flat), ("three numbers", solid)))
    table = Table("third-number", f"What a third number gains: {gain:+.0%} in MSE.", DEEP_HEADS, rows)
    return (
        Section("Surfing the manifold, or going straight: MSE", SURFING_TEXT, found["MSE"]),
        Section("The same with both losses", BOTH_TEXT, found["both"]),
        Section("A third number", DEEP_TEXT, (table, *found["3-D"])),
    )


def _judge_claims(
    terrains: dict[str, Terrain],
    boards: dict[str, Board],
    qualities: dict[str, Quality],
    lengths: dict[str, dict[str, float]],
    split: ClusterSplit,
    noises: dict[str, Quality],
    further: dict[str, Board],
    kinds: dict[str, Quality],
) -> tuple[Claim, ...]:
    pairs = {name: (board["linear"], board[SURFING]) for name, board in boards.items()}
    line, board, long = pairs["MSE"][0], boards["MSE"], lengths["both"]
    found = [verdicts.judge_lower(*pairs["MSE"])]
    found += [verdicts.judge_long_way(*pairs["both"], long["k"], qualities["both"])]
    found += [verdicts.judge_combined(qualities), verdicts.judge_perceptual(qualities)]
    found += [verdicts.judge_smallest_k(terrains["MSE"].graph.k or 0, terrains["both"].graph.k or 0)]
    found += [
        verdicts.judge_third_number(qualities["MSE"], qualities["3-D"]),
        verdicts.judge_clearer(pairs["MSE"], pairs["3-D"]),
    ]
    found += [
        verdicts.judge_clusters(split),
        verdicts.judge_noise(noises, NOISE),
        verdicts.judge_gamed(line, board["snap"]),
    ]
    if "truth" in board:
        found += [verdicts.judge_perfect(board["snap"], board["truth"], line)]
    found += [
        verdicts.judge_radius((long["k"], long["radius"]), pairs["both"][1], boards["both"][RADIUS], qualities["both"])
    ]
    found += [
        verdicts.judge_convex(further[PLAIN_AE]["linear"], {name: further[name]["linear"] for name in CONVEX}, kinds)
    ]
    return (
        *found,
        verdicts.judge_better(kinds[PLAIN_AE], {name: kinds[name] for name in MORE_METHODS if name not in CONVEX}),
    )


def _median_detour(terrain: Terrain, graph: Graph) -> float:
    return float(np.median(terrain.detours(graph)))


def _collect(qualities: dict[str, Quality]) -> dict[str, Any]:
    return {name: asdict(each) for name, each in qualities.items()}


def _collect_means(board: Board) -> dict[str, dict[str, float]]:
    return {path: {name: figure.mean for name, figure in row.figures.items()} for path, row in board.items()}


def _fill_lead(boards: dict[str, Board], lengths: dict[str, dict[str, float]]) -> dict[str, str]:
    by = {
        name: verdicts.relative_change(
            board["linear"].figures[verdicts.OFF].mean, board[SURFING].figures[verdicts.OFF].mean
        )
        for name, board in boards.items()
    }
    return {
        "flat": f"{by['MSE']:+.0%}",
        "both": f"{by['both']:+.0%}",
        "deep": f"{by['3-D']:+.0%}",
        "length": f"{lengths['both']['k']:.2f}",
    }


_TITLE = "Surfing the manifold of a latent space"
LEAD = """Between two images one can go straight through the latent space of an autoencoder, or from image to image
along the shortest way through a graph of their codes. Surfing changes the mean square error to the nearest real images
by {flat} (MSE, two numbers), {both} (with a perceptual loss, where it goes {length} times as far) and {deep} (three
numbers)."""

INSTEAD = """a drawn stand-in for MPI3D, whose file is not at hand: the same arm, things and angles, and any image
between"""
QUICK = """ This is the quick version of the study: its models are small and have learned for a minute at most, so that
pictures are blurred, figures rough, and what needs a perceptual loss is hardly begun. Judge by the full one."""
WORLD = """
An arm on a table points somewhere, a white cone on its tip; all that changes are two angles, {side} values of each:
{images:,} images of {shape} in colour, all of which the networks see. This is `{data}`, {instead}. The study is that of
Yadlin and Botchan, who trained denoising autoencoders on such a set and went from image to image through the graph of
their codes.

Our network is not theirs to the layer. As theirs it is convolutional, makes a code of two numbers of an image, sees
noisy images and gives clean ones, and its decoder has fewer filters: from 16x16 upwards it goes on with half as many
at each step. Theirs has two fully connected layers before the code, ours one, after residual blocks. What they call the
largest number of channels is four times our `--width`, here {widest}. The encoder has {encoder:,} weights, the decoder
{decoder:,}. The models that are surfed were trained for {steps:,} steps of {batch} images ({epochs:.0f}
epochs), those that are compared among themselves for {short:,}.{quick}
"""
SURFING_TEXT = """
All images are encoded, and each code is joined to its k nearest, k being the smallest number that leaves no code apart.
The shortest way through this graph (Dijkstra's algorithm) is decoded at even steps: the source calls that surfing.
Beside it goes the straight line between the two codes.
"""
BOTH_TEXT = """
The same with MSE and perceptual loss, 0.7 and 0.3. The source found that surfing is not obviously better here: the way
through the graph is long, and the motion less smooth, while the line stays close to the codes.
"""
DEEP_TEXT = """
With a code of three numbers the images lie on a surface bent in space. A straight line can leave it more easily than it
leaves an area in the plane.
"""
DEEP_HEADS = ("code of", "MSE x1e3", "PSNR, dB", "SSIM")

STUDY = Study(
    "manifold",
    "surfing the manifold: denoising autoencoders with a code of two numbers, graphs of codes, other paths",
    "MPI3D toy, or the drawn pole world",
    minutes_quick=3,
    minutes=35,
    make_page=make_page,
)
