"""Write the tables of the documentation anew from `results/`: between `<!-- NAME -->` and `<!-- end -->`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

from machine import RESULTS

DOCS = Path(__file__).parents[1] / "docs"


def results(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return found


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def between(value: list[float]) -> str:
    return f"{value[0]:.1f} ({value[1]:.1f} to {value[2]:.1f})"


def family() -> str:
    tables = []
    for latent in (32, 256):
        rows = results(f"family-{latent}")["rows"]
        head = (f"codes of {latent}", "PSNR", "SSIM", "linear", "published", "k-means", "published")
        tables.append(
            table(
                head,
                (
                    (
                        name,
                        f"{row['psnr'][0]:.1f} dB",
                        number(row["ssim"][0], 3),
                        number(row["linear"][0]),
                        number(row["published_linear"]),
                        number(row["kmeans"][0], 1),
                        number(row["published_kmeans"]),
                    )
                    for name, row in rows.items()
                ),
            )
        )
    return "\n\n".join(tables)


def bounds() -> str:
    rows = {name: row["likelihood"] for name, row in results("family-32")["rows"].items() if row["likelihood"]}
    head = ("codes of 32, 1,000 test images", "ELBO", "-log p(x given z)", "KL", "bound with 500 samples", "bits/dim")
    return table(
        head,
        (
            (
                name,
                between(row["elbo"]),
                number(row["reconstruction"], 1),
                number(row["kl"], 1),
                between(row["importance_bound"]),
                number(row["bits_per_value"] and row["bits_per_value"][0], 3),
            )
            for name, row in rows.items()
        ),
    )


def lines() -> str:
    page = results("lines")
    counts = list(page["paths"])
    names = list(dict.fromkeys(name for count in counts for name in page["paths"][count]))

    def both(row: dict[str, Any] | None) -> str:
        return "" if row is None else f"{row['mean_distance_e3']:.3f} / {row['smoothness']:.3f}"

    rows = [(f"`{name}`", *(both(page["paths"][count].get(name)) for count in counts)) for name in names]
    rows += [(f"`{name}`", both(row), *("" for _ in counts[1:])) for name, row in page["controls"].items()]
    return table(("Mean Distance x1e-3 / Smoothness", *(f"{count} images" for count in counts)), rows)


def lines_methods() -> str:
    head = (
        "straight line",
        "Mean Distance x1e-3",
        "published",
        "Smoothness",
        "published",
        "reconstruction of the ends",
    )
    return table(
        head,
        (
            (
                name,
                number(row["mean_distance_e3"]),
                number(distance),
                number(row["smoothness"]),
                number(turning),
                number(row["floor_e3"]),
            )
            for name, row in results("lines-methods")["rows"].items()
            for distance, turning in [row["published"] or (None, None)]
        ),
    )


def glyphs() -> str:
    page = results("glyphs")
    head = (
        "path",
        "D-RMSE, codes",
        "gamma-RMSE, codes",
        "of linear's",
        "D-RMSE, images",
        "gamma-RMSE, images",
        "pairs",
    )
    rows = (
        (
            f"`{name}`",
            number(row["d_rmse_codes"]),
            number(row["gamma_rmse_codes"]),
            f"{row['d_rmse_codes_share']:.3f}, {row['gamma_rmse_codes_share']:.3f}",
            number(row["d_rmse_images"]),
            number(row["gamma_rmse_images"]),
            str(row["pairs"]),
        )
        for name, row in page["rows"].items()
    )
    published = (
        (
            f"published, {name}",
            number(found[0]),
            number(found[1]),
            f"{found[0] / 2.96:.3f}, {found[1] / 3.52:.3f}",
            "",
            "",
            "",
        )
        for name, found in page["published"].items()
    )
    return table(head, (*rows, *published))


def plain(text: str) -> str:
    """Text on one line that cannot end a cell."""
    return " ".join(text.split()).replace("|", "/")


def studies(name: str) -> Callable[[], str]:
    def made() -> str:
        page = results("studies")["studies"][name]
        head = ("what the source says", "what was found here", "verdict")
        rows = ((plain(claim["source"]), plain(claim["found"]), f"**{claim['verdict']}**") for claim in page["claims"])
        size = "The quick study" if page["quick"] else "The full study"
        time = f", {page['seconds'] / 60:.0f} minutes" if page["seconds"] else ""
        return f"{size}{time}.\n\n{table(head, rows)}"

    return made


STUDIES = ("mnist-2d", "manifold", "ae-vs-vae", "fashion", "kmnist")

SHOWN = {
    "excess": ("excess x1e-3", 1e3, 3),
    "to-truth": ("to truth x1e-3", 1e3, 2),
    "pace:by=pixel": ("pace", 1, 3),
    "pace": ("pace, perceptual", 1, 3),
    "jerk": ("jerk", 1, 2),
    "ghosting": ("ghosting", 1, 2),
    "sharpness": ("sharpness", 1, 2),
    "re-encoding": ("re-encoding", 1, 3),
}
"""The metrics of a leaderboard that the documentation shows: their heads, units and digits."""


def leaderboard(name: str) -> Callable[[], str]:
    def made() -> str:
        page = results(f"paths-{name}")
        first = next(iter(page["rows"].values()))["figures"]
        shown = {key: how for key, how in SHOWN.items() if defined(first.get(key, {}).get("mean"))}
        return table(
            (f"{page['pairs']} pairs", *(head for head, _, _ in shown.values())),
            (
                (
                    f"`{path}`{some(page['pairs'], row['failed'])}",
                    *(cell(row["figures"][key], *how[1:]) for key, how in shown.items()),
                )
                for path, row in page["rows"].items()
            ),
        )

    return made


def some(pairs: int, failed: int) -> str:
    """A word where a path was not found between all of the pairs."""
    return f" (found for {pairs - failed} only)" if failed else ""


def defined(value: float | None) -> bool:
    return value is not None and value == value


def cell(figure: dict[str, Any], unit: float, digits: int) -> str:
    if not defined(figure["mean"]):
        return ""
    half = (figure["high"] - figure["low"]) / 2
    return f"{figure['mean'] * unit:.{digits}f}" + (f" ±{half * unit:.{digits}f}" if defined(half) else "")


def slow() -> str:
    page = results("slow")["mean"]

    def cells(row: dict[str, float]) -> list[str]:
        return [f"{row['psnr']:.2f} dB", number(row["ssim"], 3), number(row["ghosting"]), number(row["sharpness"])]

    head = [f"{figure}, {kept}" for kept in page for figure in ("PSNR", "SSIM", "ghosting", "sharpness")]
    ways = [way for way in next(iter(page.values())) if way != "truth"]
    rows = [
        (f"`{way}`" if way in ("flow", "latent") else way, *(c for part in page.values() for c in cells(part[way])))
        for way in ways
    ]
    true = [c for part in page.values() for c in ("", "", *cells(part["truth"])[2:])]
    return table(("mean of nine clips", *head), [*rows, ("the frames left out", *true)])


SEAMS = (("position", 1.5), ("velocity", 1), ("colour", 1), ("sharpness", 1))
GOALS = {
    **{f"{end}.{part}": (0, high) for part, high in SEAMS for end in "ab"},
    "pace": (0, 0.15),
    "ghosting": (0, 0.6),
    "sharpness": (0.8, 1.2),
    "flicker": (0, 1.5),
}


def joins() -> str:
    """Of all pairs the median of each figure, and how many meet its goal."""
    rows = list(results("joins")["pairs"].values())
    kinds = [("as joined", [row["scores"] for row in rows])]
    kinds += [(name, [row["controls"][name]["scores"] for row in rows]) for name in ("flow", "fade", "cut")]
    return table(
        (f"{len(rows)} pairs: median, goal met by", "goal", *(name for name, _ in kinds)),
        (
            (
                name,
                f"{low:g} to {high:g}" if low else f"at most {high:g}",
                *(met([figure(scores, name) for scores in every], low, high) for _, every in kinds),
            )
            for name, (low, high) in GOALS.items()
        ),
    )


def figure(scores: dict[str, Any], name: str) -> float | None:
    end, _, part = name.partition(".")
    value: float | None = scores[end][part] if part else scores[name]
    return value


def met(values: list[float | None], low: float, high: float) -> str:
    found = [value for value in values if defined(value)]
    good = sum(low <= value <= high for value in found if value is not None)
    return f"{median(value for value in found if value is not None):.2f}, {good} of {len(found)}" if found else ""


def films() -> str:
    rows = results("joins")["films"]
    head = ("film", "size, frames", "style", "seams", "pace", "perceptual", "seconds", "of processor", "peak memory")
    return table(
        head,
        (
            (
                name,
                f"{row['size']}, {row['frames']}",
                f"`{row['style']}`",
                f"{row['in_the_film']['a']:.2f}, {row['in_the_film']['b']:.2f}",
                f"{row['in_the_film']['pace']:.2f}",
                f"{row['in_the_film']['perceptual_pace']:.2f}",
                f"{row['wall_s']:.0f}",
                f"{row['cpu_s']:.0f}",
                f"{row['peak_mb']:,} MB",
            )
            for name, row in rows.items()
        ),
    )


TABLES: dict[str, Callable[[], str]] = {
    "family": family,
    "bounds": bounds,
    "lines": lines,
    "lines-methods": lines_methods,
    "glyphs": glyphs,
    "slow": slow,
    "joins": joins,
    "films": films,
    **{name: leaderboard(name) for name in ("pole-2d", "pole-3d", "pole-3-factors", "dsprites", "mnist", "fashion")},
    **{f"study {name}": studies(name) for name in STUDIES},
}


def there(name: str) -> bool:
    """Whether that table has been measured."""
    if name.startswith("study "):
        return (RESULTS / "studies.json").exists() and name.removeprefix("study ") in results("studies")["studies"]
    file = {"family": "family-256", "bounds": "family-32", "films": "joins"}.get(name, name)
    return any((RESULTS / f"{kind}{file}.json").exists() for kind in ("", "paths-"))


def main() -> None:
    for page in sorted(DOCS.glob("*.md")):
        text = page.read_text()
        for name, made in TABLES.items():
            mark = re.compile(rf"<!-- {name} -->\n.*?<!-- end -->", re.DOTALL)
            if mark.search(text) and there(name):
                filled = f"<!-- {name} -->\n\n{made()}\n\n<!-- end -->"
                text = mark.sub(filled.replace("\\", r"\\"), text)
        page.write_text(text)


if __name__ == "__main__":
    main()
