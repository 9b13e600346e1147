"""What the source would do next: other kinds of autoencoders, other paths, and a world whose truth is known."""

from __future__ import annotations

from pathlib import Path

from segue.commands.runs import open_model
from segue.commands.studies.manifold.losses import LEAST_VARIETY, Quality, measure_run, train
from segue.commands.studies.manifold.plan import Plan
from segue.commands.studies.manifold.surfing import (
    HEADS,
    RADIUS,
    STILLS,
    Terrain,
    list_figures,
    make_true_frames,
    score_run,
)
from segue.commands.studies.workspace import Workspace
from segue.core.images import write_image
from segue.data.datasets import ImageSet
from segue.evaluation.leaderboard import CONTROLS, LeaderboardRow
from segue.latent.interpolation import interpolate_images
from segue.latent.paths import Linear
from segue.render.report import Cell, Picture, Section, Table

PLAIN_AE = "AE"
MORE_METHODS = {"VAE": "vae", "AAE": "aae", "VAE-GAN": "vaegan", "ACAI": "acai", "AEAI": "aeai"}
CONVEX = ("ACAI", "AEAI")
SHORT = {
    "linear": "straight",
    "graph": "graph, k = 8",
    RADIUS: "graph, radius",
    "graph:weight=decoded+smooth+pace": "graph, decoded edges",
}
_CALM = 1e-3  # learning rate that methods with a critic bear
_PATHS = ("linear", "graph", RADIUS, "graph:weight=decoded+smooth+pace")


def report_beyond(
    workspace: Workspace, plan: Plan, images: ImageSet, plain: Path
) -> tuple[Section, dict[str, dict[str, LeaderboardRow]], dict[str, Quality]]:
    """Each method by each path: a table, one pair's straight line by all methods, and the boards and what they keep."""
    runs = {PLAIN_AE: plain}
    runs |= {
        name: train(workspace, plan, f"beyond-{method}", method=method, lr=None if name == "VAE" else _CALM)
        for name, method in MORE_METHODS.items()
    }
    paths = " ".join((*_PATHS, plan.geodesic))
    boards = {
        name: score_run(workspace, plan, run, paths, name=f"beyond-{run.name}", nodes=plan.nodes)
        for name, run in runs.items()
    }
    qualities = {name: measure_run(run, images)[0] for name, run in runs.items()}
    _draw_strip(workspace, plan, images, runs)
    parts: tuple[Picture | Table, ...] = (
        Picture(
            workspace.figure_path("beyond.png"),
            (
                "One pair's straight line through the code of each method, all trained for as many steps with as many "
                "channels, and the true way. A method that shapes the space should not lose the arm in the middle."
            ),
        ),
        _make_methods_table(qualities, boards),
        *_make_board_tables(boards, plan),
        _make_controls_table(boards[PLAIN_AE]),
    )
    return Section("Beyond: other spaces, other paths, known truth", _TEXT, parts), boards, qualities


def _draw_strip(workspace: Workspace, plan: Plan, images: ImageSet, runs: dict[str, Path]) -> None:
    from segue.render.strip import Row, strip

    shown = Terrain.of(runs[PLAIN_AE], images).shown
    a, b = (images.images[place] for place in (shown.a, shown.b))
    rows = [
        Row(name, interpolate_images(open_model(run)[0], a, b, Linear(), STILLS).frames) for name, run in runs.items()
    ]
    truth = make_true_frames(plan, images, (shown.a, shown.b), STILLS)
    write_image(workspace.figure_path("beyond.png"), strip(rows if truth is None else [*rows, Row("truth", truth)]))


def _make_methods_table(qualities: dict[str, Quality], boards: dict[str, dict[str, LeaderboardRow]]) -> Table:
    def row(name: str) -> tuple[Cell, ...]:
        paths = {path: each.figures["to-truth"].mean for path, each in boards[name].items() if path not in CONTROLS}
        known = {path: value for path, value in paths.items() if value == value}
        kept = qualities[name]
        best = _shorten(min(known, key=lambda path: known[path])) if known and kept.learned else None
        return name, MORE_METHODS.get(name, "ae"), 1e3 * kept.mse, kept.sharpness, kept.filling, kept.variety, best

    return Table(
        "methods",
        "The methods' reconstructions, as in the table of losses, and of the paths the one that is nearest "
        f"to the truth; none where images are hardly told apart (variety below {LEAST_VARIETY}).",
        ("method", "spelled", "MSE x1e3", "sharpness", "filling missed", "variety", "best path"),
        tuple(map(row, qualities)),
    )


def _make_board_tables(boards: dict[str, dict[str, LeaderboardRow]], plan: Plan) -> tuple[Table, ...]:
    """A table for each of three figures: methods down, paths across."""
    names = [path for path in boards[PLAIN_AE] if path not in CONTROLS]
    tables = []
    for metric, scale, meaning in (
        ("to-truth", 1e3, "mean square error x1e3 to the nearest perfect interpolation"),
        (
            "excess",
            1e3,
            "interpolationMSE x1e3 less that of the method's own reconstructions, so that methods which "
            "reconstruct unlike can be compared",
        ),
        (
            "jerk",
            1.0,
            "jerk, the largest change of speed over the usual step; the true motion has "
            f"{boards[PLAIN_AE]['truth'].figures['jerk'].mean:.1f}"
            if "truth" in boards[PLAIN_AE]
            else "jerk",
        ),
    ):
        rows: list[tuple[Cell, ...]] = [
            (method, *(scale * board[path].figures[metric].mean for path in names)) for method, board in boards.items()
        ]
        caption = f"Every method by every path, {plan.pairs} pairs, {plan.nodes:,} images to go by: {meaning}."
        tables.append(Table(f"beyond-{metric}", caption, ("method", *map(_shorten, names)), tuple(rows)))
    return tuple(tables)


def _shorten(path: str) -> str:
    """What a path is called in the head of a table."""
    return SHORT.get(path, path.partition(":")[0])


def _make_controls_table(board: dict[str, LeaderboardRow]) -> Table:
    rows = tuple((name, *list_figures(each)) for name, each in board.items() if name in CONTROLS)
    return Table(
        "controls",
        (
            "What the same figures say of controls, of the same pairs: the truth itself, the straight line's frames "
            "snapped to the nearest image of the set, the cross-fade and the cut. The snap and the cut win "
            "interpolationMSE outright."
        ),
        ("control", *HEADS),
        rows,
    )


_TEXT = """
The source ends with what it would try next. A graph of all codes within a radius (`graph:kind=radius`), rather than of
the k nearest. A made world in which any image can be drawn, so that frames can be compared with the nearest perfect
interpolation. Other autoencoders: a variational one (VAE), an adversarial one (AAE), a discriminator as perceptual loss
(VAE-GAN), and spaces made convex, in which the straight line itself should be good (ACAI, AEAI).

Beside the straight line and the two graphs stand two paths that the source does not know: the graph whose edges are as
long as the images along them differ (`graph:weight=decoded`), smoothed and paced, and a geodesic.
"""
