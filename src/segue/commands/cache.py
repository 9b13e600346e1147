"""Show what is in the cache, and clear it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segue.core.cache import CODES, LENGTHS, MODELS, Usage, cache_dir, clear, usage
from segue.core.choices import Checked, option, optional
from segue.core.errors import unknown
from segue.core.progress import Report, silent
from segue.data.datasets.named import NAMED
from segue.data.datasets.recorded import RECORDED

COMPUTED = {
    CODES: "codes of image sets",
    LENGTHS: "lengths of a graph's edges",
    MODELS: "models that joins and slow motion trained",
    "graphs": "codes and lengths, of an earlier release",
    "joins": "models, of an earlier release",
    "precision": "timings, of an earlier release",
}
"""What is computed again when it is needed."""

FETCHED = {
    **{data_set.folder: f"the image set {data_set.name}" for data_set in NAMED},
    **{data_set.folder: f"the image set {data_set.name}" for data_set in reversed(RECORDED)},
    "weights": "weights of networks",
}
"""What was fetched, or put there by hand."""


@dataclass(frozen=True)
class CacheRequest(Checked):
    """What `segue cache` asks for."""

    examples = (
        "cache",
        "cache --clear models",
    )

    kind: str | None = optional("only entries of this kind")
    clear: bool = option(False, "remove computed entries; with a kind, all entries of that kind, including downloads")


@dataclass(frozen=True)
class CacheResult:
    """What is in the cache, or was until now.

    Args:
        folder: where the cache is.
        kinds: how much each kind takes, or took; kinds that are not there are left out.
        cleared: whether that has been removed.
    """

    folder: Path
    kinds: tuple[Usage, ...]
    cleared: bool


def run_cache(request: CacheRequest, report: Report = silent) -> CacheResult:
    """Say how much is in the cache, or remove it.

    Args:
        request: which kind, and whether to remove it. Without a kind what was computed is removed; what was fetched
            stays, unless its kind is named.
        report: is not used: this takes no time.

    Returns:
        The kinds that are there, or were.

    Raises:
        InputError: for an unknown kind, and for what cannot be removed.
    """
    known = COMPUTED | FETCHED
    if request.kind is not None and request.kind not in known:
        raise unknown("kind of cache", request.kind, known)
    named = [request.kind] if request.kind else list(COMPUTED if request.clear else known)
    there = [kind for kind in named if usage(kind).files]
    return CacheResult(cache_dir(), tuple((clear if request.clear else usage)(kind) for kind in there), request.clear)


def format_result(result: CacheResult) -> str:
    """The result as a terminal shows it: a line for each kind."""
    lines = [f"cache       {result.folder}"]
    for kind in result.kinds:
        files = f"{kind.files} file{'' if kind.files == 1 else 's'}"
        lines.append(f"{kind.kind:12}{format_bytes(kind.bytes)} in {files}: {(COMPUTED | FETCHED)[kind.kind]}")
    if not result.kinds:
        return f"{lines[0]}, with nothing {'to remove' if result.cleared else 'in it'}"
    return "\n".join([*lines, "removed"] if result.cleared else lines)


def format_bytes(count: int) -> str:
    """A number of bytes in the unit that suits it.

    >>> format_bytes(0), format_bytes(1536), format_bytes(3 << 30)
    ('0 B', '1.5 KiB', '3.0 GiB')
    """
    units = ("B", "KiB", "MiB", "GiB", "TiB")
    power = min(max(count.bit_length() - 1, 0) // 10, len(units) - 1)
    return f"{count / 1024**power:.1f} {units[power]}" if power else f"{count} B"
