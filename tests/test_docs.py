"""What the documents say holds: their code runs, their links lead somewhere, they name no machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"""\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*(\S+)|(?:src|href)=["']([^"']+)""", re.MULTILINE)
MACHINE = re.compile(r"(?<![\w.-])/(?:home|root|work|tmp)/\w*")


def python_blocks(text: str) -> str:
    """The Python of a page, each line where it stands there, so that an error names its line."""
    lines = [""] * (text.count("\n") + 1)
    for block in FENCE.finditer(text):
        if block[1] == "python":
            start = text[: block.start(2)].count("\n")
            code = block[2].splitlines()
            lines[start : start + len(code)] = code
    return "\n".join(lines)


def links(text: str) -> list[str]:
    """The relative links of a page, without their anchors."""
    found = ["".join(groups) for groups in LINK.findall(FENCE.sub("", text))]
    return [link.partition("#")[0] for link in found if not re.match(r"#|//|[a-z][a-z0-9+.-]*:", link)]


WITH_CODE = [README, *(ROOT / "docs" / name for name in ("python.md", "methods.md"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    code = python_blocks(page.read_text(encoding="utf-8"))
    assert code.strip(), f"{page} shows no Python"
    script = tmp_path / "page.py"
    script.write_text(code, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    run = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = [link for link in links(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert not broken


def test_no_file_names_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    faults = []
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if name.startswith("tests/") or not file.is_file() or b"\0" in file.read_bytes()[:8000]:
            continue
        faults += [f"{name}: {found}" for found in MACHINE.findall(file.read_text(encoding="utf-8", errors="replace"))]
    assert not faults


def test_the_checks_themselves() -> None:
    page = "a\n```python\nx = 1\n```\n```sh\nrm\n```\n[b](c.md#d) ![e](f/g.png) [h](https://i) [j](#k)\n[l]: m.md\n"
    assert python_blocks(page).splitlines()[2] == "x = 1" and "rm" not in python_blocks(page)
    assert links(page) == ["c.md", "f/g.png", "m.md"]
    assert MACHINE.findall("see /home/x, https://a.org/home/y and ../tmp/z") == ["/home/x"]
