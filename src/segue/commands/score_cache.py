"""The scores in a folder, pair by pair, so that an interrupted leaderboard goes on where it was."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segue.core.errors import InputError
from segue.core.images import atomic_write
from segue.core.jsonable import write_json
from segue.evaluation.leaderboard import Score

_REQUEST, SCORES, SHEETS = "request.json", "scores.csv", "sheets"
PAIR, PATH, INFO, FAILED = "pair", "path", "told", "failed"


@dataclass(eq=False)
class ScoreCache:
    """A folder with a request, and the scores of pairs and paths so far; `pairs` are the names of the ends."""

    folder: Path
    metrics: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    scores: dict[tuple[int, str], Score] = field(default_factory=dict)

    def open(self, request: dict[str, Any], force: bool) -> None:
        """Read the scores that are there, if they are of the same request.

        Args:
            request: What decides the scores, as JSON.
            force: Whether the scores of another request are overwritten.

        Raises:
            InputError: For a folder with the scores of another request, without `force`.
        """
        file = self.folder / _REQUEST
        before = _read_json(file)
        if before == request:
            self._read_scores()
            return
        if before is not None:
            if not force:
                raise InputError(
                    f"{self.folder}, with the scores of another request",
                    "a new folder",
                    "another `out`, or `force=True`",
                )
            for old in (self.folder / SCORES, *(self.folder / SHEETS).glob("*.png")):
                old.unlink(missing_ok=True)
        write_json(file, request)

    def _read_scores(self) -> None:
        file = self.folder / SCORES
        if not file.exists():
            return
        try:
            with file.open(newline="", encoding="utf-8") as lines:
                for row in csv.DictReader(lines):
                    values = {name: float(row[name]) if row[name] else math.nan for name in self.metrics}
                    info = {name: float(value) for name, value in json.loads(row[INFO]).items()}
                    self.scores[int(row[PAIR]), row[PATH]] = Score(values, info, row[FAILED] or None)
        except (KeyError, ValueError, TypeError, csv.Error):
            raise InputError(
                f"{file}, which cannot be read", "the file as it was written", "deleting it, to begin anew"
            ) from None

    def save(self) -> None:
        """Write all scores: a line for each pair and path, an empty field for what is undefined."""
        with atomic_write(self.folder / SCORES) as beside, beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([PAIR, "a", "b", PATH, *self.metrics, INFO, FAILED])
            for (pair, path), score in self.scores.items():
                values = ["" if math.isnan(score.values[name]) else repr(score.values[name]) for name in self.metrics]
                info = json.dumps(dict(score.info))
                writer.writerow([pair, *self.pairs[pair], path, *values, info, score.failed or ""])


def _read_json(file: Path) -> Any:
    """What a JSON file holds; None where there is none."""
    if not file.exists():
        return None
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return {}


def write_text(file: Path, text: str) -> None:
    """Write text in UTF-8."""
    with atomic_write(file) as beside:
        beside.write_text(text, encoding="utf-8")
