"""Surfing beside the straight line: the neighbour graph of a latent space, a pair on which they differ, and scores."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from segue.commands.interpolate import InterpolateRequest, run_interpolate
from segue.commands.runs import open_model
from segue.commands.score import ScoreRequest, run_score
from segue.commands.studies.manifold.plan import Plan
from segue.commands.studies.workspace import Workspace
from segue.core.images import Pixels, write_image
from segue.core.neighbours import make_search
from segue.core.progress import silent
from segue.core.types import Floats, Indices
from segue.data.datasets import ImageSet, LoadOptions
from segue.evaluation.leaderboard import LeaderboardRow, find_truth
from segue.latent.graph import Graph, knn_graph, radius_graph, shortest_path
from segue.latent.interpolation import cross_fade, interpolate_images
from segue.latent.paths import PathContext, choose_path
from segue.latent.space import LatentSpace, flatten_codes
from segue.models.autoencoder import Autoencoder
from segue.render.report import Cell, Picture, Table

SURFING, RADIUS = "graph:k=none", "graph:kind=radius"
LINE_COLOUR, SURF_COLOUR = "#c2571a", "#0b6b58"
_TRIED = 200  # pairs, of which the one to show is one
STILLS = 8  # frames of a strip
_ALONG = 33  # places on a straight line
HEADS = ("interpolationMSE x1e3", "excess x1e3", "to truth x1e3", "jerk", "pace", "ghosting")
_METRICS = "off-manifold excess to-truth jerk pace:by=pixel ghosting"


@dataclass(frozen=True)
class ShownPair:
    """The pair to show: its places in the set; how far the straight line goes from the codes, in distances between

    neighbours; and how many times as long as the line the way through the graph is.
    """

    a: int
    b: int
    away: float
    detour: float


@dataclass(frozen=True, eq=False)
class Terrain:
    """A run's latent space: its model, the images, their codes, and the graph that surfing goes through."""

    run: Path
    model: Autoencoder
    images: ImageSet
    space: LatentSpace

    @classmethod
    def of(cls, run: Path, images: ImageSet) -> Terrain:
        """The latent space of a run over the images that it was trained on."""
        model, _ = open_model(run)
        return cls(run, model, images, LatentSpace.of(model, images))

    @cached_property
    def codes(self) -> Floats:
        """The codes `[n, d]`."""
        return flatten_codes(self.space.codes)

    @cached_property
    def graph(self) -> Graph:
        """The nearest neighbours, as few as connect all codes: the source's graph."""
        return knn_graph(self.space.codes)

    @cached_property
    def wide(self) -> Graph:
        """All within the least radius that connects the codes: what the source would try next."""
        return radius_graph(self.space.codes)

    @cached_property
    def pairs(self) -> Indices:
        """Pairs of places `[m, 2]` at which this space is judged, the same for every space of as many images."""
        rng = np.random.default_rng(5)
        drawn = rng.integers(len(self.codes), size=(4 * _TRIED, 2))
        return np.asarray(drawn[drawn[:, 0] != drawn[:, 1]][:_TRIED])

    def detours(self, graph: Graph) -> Floats:
        """How many times as long as the straight line the way through a graph is, for each pair, `[m]`."""
        return np.array([measure_detour(graph, a, b) for a, b in self.pairs.tolist()])

    @cached_property
    def away(self) -> Floats:
        """How far from the nearest code the straight line of each pair gets, in distances between neighbours, `[m]`."""
        t = np.linspace(0, 1, _ALONG)[None, :, None]
        starts, ends = (self.codes[self.pairs[:, side], None] for side in (0, 1))
        points = ((1 - t) * starts + t * ends).reshape(-1, self.codes.shape[1])
        find = make_search(self.codes)
        usual = float(np.median(find(self.codes, 2, silent).distances[:, 1])) or 1.0
        return np.asarray(find(points, 1, silent).distances.reshape(len(self.pairs), -1).max(1) / usual)

    @cached_property
    def shown(self) -> ShownPair:
        """Of the pairs, the one whose straight line gets farthest from the codes."""
        at = int(self.away.argmax())
        a, b = self.pairs[at].tolist()
        return ShownPair(a, b, float(self.away[at]), measure_detour(self.graph, a, b))


def measure_detour(graph: Graph, a: int, b: int) -> float:
    """Measure how much longer the way through a graph is than the straight line.

    Args:
        graph: The graph.
        a: The first node.
        b: The last node.

    Returns:
        The ratio of the lengths; 1 where the nodes are one.

    >>> measure_detour(knn_graph(np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), 1), 0, 2).__round__(3)
    1.414
    """
    straight = float(np.linalg.norm(graph.codes[b] - graph.codes[a]))
    return shortest_path(graph, graph.codes[a], graph.codes[b]).cost / straight if straight else 1.0


def draw_graph(workspace: Workspace, terrain: Terrain, name: str, title: str, plain: bool = False) -> Path:
    """Draw the graph over the latent space, with both paths of the pair that is shown.

    Args:
        workspace: Where the study works.
        terrain: The latent space.
        name: Of the picture.
        title: Above it.
        plain: Whether to leave the paths out.

    Returns:
        The picture.
    """
    from segue.render.curves import PathCurve
    from segue.render.graph_map import draw_graph_map

    shown, codes = terrain.shown, terrain.codes
    route = shortest_path(terrain.graph, codes[shown.a], codes[shown.b])
    curves = [
        PathCurve("straight line", codes[[shown.a, shown.b]], LINE_COLOUR),
        PathCurve("surfing: the shortest way through the graph", route.codes, SURF_COLOUR, corners=True),
    ]
    file = workspace.figure_path(f"{name}-graph.png")
    ends = (terrain.images.images[shown.a], terrain.images.images[shown.b])
    draw_graph_map(codes, terrain.graph.edges, file, curves=() if plain else curves, ends=ends, title=title)
    return file


def _draw_strip(workspace: Workspace, plan: Plan, terrain: Terrain, name: str) -> Path:
    """Truth, straight line, surfing and cross-fade of the pair that is shown, beneath each other."""
    from segue.render.strip import Row, strip

    a, b = (terrain.images.images[place] for place in (terrain.shown.a, terrain.shown.b))
    rows = [Row("cross-fade of pixels", cross_fade(a, b, STILLS))]
    rows += [Row(title, frames) for title, frames in decode_ways(plan, terrain, STILLS).items()]
    file = workspace.figure_path(f"{name}-strip.png")
    write_image(file, strip(rows))
    return file


def make_true_frames(plan: Plan, images: ImageSet, pair: tuple[int, int], frames: int) -> Pixels | None:
    """Render the true interpolation between two images of the set.

    Args:
        plan: Which set it is.
        images: The set.
        pair: The indices of the two.
        frames: How many frames.

    Returns:
        uint8 `[frames, h, w, c]`; None where the set lacks an image on the way.
    """
    truth = find_truth(plan.two, [images], LoadOptions())
    if truth is None or images.factors is None:
        return None
    a, b = images.factors[list(pair)]
    found = truth.between(a, b, frames)
    return None if found is None else found[0]


def draw_animations(workspace: Workspace, plan: Plan, terrain: Terrain, name: str) -> tuple[Path, Path, Path]:
    """`NAME.gif` with the pair that is shown both ways and in truth, `NAME-linear.gif` and `NAME-surfing.gif`."""
    from segue.render.animation import write_animation
    from segue.render.strip import Row, strip

    steps = workspace.either(24, 40, tiny=4)
    ends = f"train:{terrain.shown.a}", f"train:{terrain.shown.b}"
    files = workspace.figure_path(f"{name}-linear.gif"), workspace.figure_path(f"{name}-surfing.gif")
    for file, path in zip(files, ("linear", SURFING), strict=True):
        workspace.run_job(run_interpolate, InterpolateRequest(terrain.run, *ends, file, path=path, steps=steps, fps=12))
    ways = decode_ways(plan, terrain, steps)
    together = [
        strip([Row("", np.stack([way[i] for way in ways.values()]), above=tuple(ways))], scale=4) for i in range(steps)
    ]
    write_animation(workspace.figure_path(f"{name}.gif"), np.stack(together), fps=12)
    return workspace.figure_path(f"{name}.gif"), *files


def decode_ways(plan: Plan, terrain: Terrain, steps: int) -> dict[str, Pixels]:
    """The straight line, surfing, and the truth where it is known: frames `[steps, h, w, c]` of the pair shown."""
    a, b = (terrain.images.images[place] for place in (terrain.shown.a, terrain.shown.b))
    around = PathContext(terrain.model, terrain.space, steps)
    ways = {
        name: interpolate_images(terrain.model, a, b, choose_path(path), steps, context=around).frames
        for name, path in (("straight line", "linear"), ("surfing", SURFING))
    }
    truth = make_true_frames(plan, terrain.images, (terrain.shown.a, terrain.shown.b), steps)
    return ways if truth is None else {**ways, "truth": truth}


def score_run(
    workspace: Workspace, plan: Plan, run: Path, paths: str, name: str | None = None, nodes: int | None = None
) -> dict[str, LeaderboardRow]:
    """Score a run, or read its scores where they are.

    Args:
        workspace: Where the study works.
        plan: How much of everything.
        run: The folder of the run.
        paths: The paths, blanks between them.
        name: Of the scores; without it, the run's.
        nodes: Images that paths use.

    Returns:
        The leaderboard's rows, by path and control.
    """
    out = workspace.folder / "scores" / (name or run.name)
    request = ScoreRequest(
        run, out, pairs=plan.pairs, steps=plan.frames, paths=paths, metrics=_METRICS, nodes=nodes or 10_000, force=True
    )
    return {row.path: row for row in workspace.run_job(run_score, request).rows}


def make_scores_table(name: str, caption: str, rows: dict[str, LeaderboardRow]) -> Table:
    """A leaderboard as a table of the report."""
    return Table(name, caption, ("path", *HEADS), tuple((path, *list_figures(row)) for path, row in rows.items()))


def list_figures(row: LeaderboardRow) -> tuple[Cell, ...]:
    """The means of a path's figures, in the order of `_METRICS`."""
    scale = (1e3, 1e3, 1e3, 1.0, 1.0, 1.0)
    return tuple(row.figures[metric].mean * by for metric, by in zip(_METRICS.split(), scale, strict=True))


def report_terrain(
    workspace: Workspace, plan: Plan, terrain: Terrain, name: str, what: str, rows: dict[str, LeaderboardRow]
) -> tuple[Picture | Table, ...]:
    """Show one latent space: its graph, a strip, animations and scores.

    Args:
        workspace: Where the study works.
        plan: How much of everything.
        terrain: The latent space.
        name: Of the files.
        what: What the captions call it.
        rows: Its leaderboard.

    Returns:
        The parts of a section.
    """
    shown, graph = terrain.shown, terrain.graph
    deep = terrain.codes.shape[1] == 3
    title = f"{what}: codes of {len(terrain.codes):,} images, each joined to its {graph.k} nearest"
    drawn = draw_graph(workspace, terrain, name, title)
    line, surf = (rows[path].figures["off-manifold"] for path in ("linear", SURFING))
    together, *single = draw_animations(workspace, plan, terrain, name)
    length = float(np.median(terrain.detours(graph)))
    return (
        Picture(
            drawn,
            (
                f"{what}: each dot is an image's code, each line joins neighbours; k = {graph.k} is the smallest that "
                f"connects all. Of {len(terrain.pairs)} random pairs this is the one whose straight line gets farthest "
                f"from any code, {shown.away:.1f} times the distance between neighbours; the way through the graph is "
                f"{shown.detour:.2f} times as long as the line (median of the pairs {length:.2f})."
                + (
                    " Seen in perspective, so that a line may pass in front of dots that it is far from."
                    if deep
                    else ""
                )
            ),
        ),
        Picture(
            _draw_strip(workspace, plan, terrain, name),
            (
                "The same pair from A to B: pixels cross-faded, the straight line decoded, surfing decoded, and the "
                "arm's true way. Look at the middle: where the line leaves the codes, the arm pales, doubles or "
                "goes astray."
            ),
        ),
        Picture(together, "The same pair, moving; each way has as many frames.", also=tuple(single)),
        make_scores_table(
            f"{name}-scores",
            (
                f"Means over {plan.pairs} random pairs, whose ends are left out of the graph. interpolationMSE is the "
                "mean square error of the frames to the nearest images of the set, per value, x1e3: straight "
                f"{1e3 * line.mean:.2f}, surfing {1e3 * surf.mean:.2f}. Excess is that less what the model's "
                "reconstructions have. Beneath, controls: the truth, each frame of the line snapped to the nearest "
                "image, cross-fade, and cut."
            ),
            rows,
        ),
    )
