"""Commands made from requests: options, help, exit codes, JSON and words."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from segue.cli import main
from segue.cli.app import to_json
from segue.cli.options import fields_of
from segue.commands import COMMANDS, Command
from segue.core.choices import Checked, spelled

SOURCE = str(Path(__file__).resolve().parents[2] / "src")
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [SOURCE, os.environ.get("PYTHONPATH")]))}
TINY = ["--pictures", "0", "--limit", "32", "--steps", "2", "--batch", "16", "--width", "2", "--latent", "2"]


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert not err
    return out


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_field_of_a_request_is_an_option(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, command.name, "--help")
    flat = " ".join(shown.replace("│", " ").split())
    fields = [field for field, _ in fields_of(command.load_request())]
    assert len({field.name for field in fields}) == len(fields)  # or one would hide another
    for field in fields:
        own_place = (field.default is dataclasses.MISSING and field.name != "out") or "word" in field.metadata
        assert (field.name.upper() if own_place else spelled(field.name)) in flat
        assert field.metadata["help"].split()[0] in flat
    assert "--json" in flat and command.help in flat


def test_without_a_command_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys)
    flat = " ".join(shown.replace("│", " ").split())
    assert all(f"{command.name} {command.help}" in flat for command in COMMANDS)
    assert said(capsys, "--help") == shown
    assert said(capsys, "--version").strip().count(".") >= 1


def test_json_is_one_object_and_words_go_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "digits", "-o", str(tmp_path / "a"), *TINY, "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["steps"] == 2 and out.count("\n") == 1
    assert err.startswith("reading digits\n")
    assert main(["train", "digits", "--out", str(tmp_path / "b"), *TINY]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == f"run         {tmp_path / 'b'}" and "2 steps" in out
    assert err.startswith("reading digits\n")


def test_values_that_json_has_not_become_null() -> None:
    plain = to_json({"a": float("nan"), "b": (float("inf"), -float("inf"), 1.5), "c": Path("x"), "d": None})
    assert plain == {"a": None, "b": [None, None, 1.5], "c": "x", "d": None}


@pytest.mark.parametrize("words", [["--help"], ["--version"], []])
def test_help_loads_no_command(words: list[str]) -> None:
    code = f"import sys; from segue.__main__ import main; sys.argv[1:] = {words}; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert not {"torch", "matplotlib", "av", "cv2", "scipy", "numpy"} & set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_its_parts(command: Command) -> None:
    assert issubclass(command.load_request(), Checked)
    assert callable(command.load_run()) and callable(command.load_format())


@pytest.mark.usefixtures("usual_handler")
def test_ctrl_c_while_libraries_are_loaded() -> None:
    words = [sys.executable, "-X", "importtime", "-m", "segue", "info", "none"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "numpy" in line)
        process.send_signal(signal.SIGINT)
        said = [line for line in process.stderr if not line.startswith("import time:")]
    assert (process.returncode, said) == (130, ["segue: interrupted; nothing half-written is left\n"])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["info", "digits", "--json"], 0, ""),
        (["info", "none.mp4"], 2, "no file none.mp4"),
        (["nope"], 2, "nope"),
    ],
)
def test_as_a_process_of_its_own(words: list[str], code: int, says: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "segue", *words],
        cwd=tmp_path,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert says in done.stderr and done.stderr.count("\n") == bool(code)
    assert (json.loads(done.stdout)["kind"] == "image set") if not code else not done.stdout
