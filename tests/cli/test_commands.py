"""Commands made from requests: options, help, exit codes, JSON and words."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from segue.cli import main
from segue.cli.app import parse
from segue.commands import COMMANDS, Command
from segue.commands.interpolate import InterpolateRequest
from segue.core.choices import Checked, spell_option, walk_fields
from segue.core.progress import Report

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
    fields = [field for field, _, _ in walk_fields(command.load_request())]
    assert len({field.name for field in fields}) == len(fields)  # or one would hide another
    for field in fields:
        own_place = (field.default is dataclasses.MISSING and field.name != "out") or "word" in field.metadata
        assert (field.name.upper() if own_place else spell_option(field.name)) in flat
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


@pytest.mark.parametrize("words", [["--help"], ["--version"], []])
def test_help_loads_no_command(words: list[str]) -> None:
    code = f"import sys; from segue.__main__ import main; sys.argv[1:] = {words}; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert not {"torch", "matplotlib", "av", "cv2", "scipy", "numpy"} & set(done.stdout.splitlines()[-1].split())


def test_help_of_join_loads_no_networks() -> None:
    code = "import sys; from segue.__main__ import main; sys.argv[1:] = ['join', '--help']; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert not {"torch", "matplotlib", "cv2", "scipy"} & set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_examples_are_command_lines(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, command.name, "--help")
    examples = command.load_request().examples
    assert len(examples) >= 2
    for example in examples:
        call = parse(shlex.split(example))
        assert call is not None and call.command is command
        assert f"segue {example}"[:70] in shown


def test_help_has_types_values_bounds_and_groups(capsys: pytest.CaptureFixture[str]) -> None:
    shown = " ".join(said(capsys, "train", "--help").replace("│", " ").split())
    assert "--lr FLOAT" in shown and "--fit {crop,letterbox}" in shown and "--data-dir PATH" in shown
    assert "[1 to 65536; default 128]" in shown and "--method METHOD" in shown
    assert "--path PATH-CHOICE" in said(capsys, "interpolate", "--help")  # no file
    assert "[{methods,paths," in said(capsys, "list", "--help")
    places = [shown.index(f"─ {group} ─") for group in ("Input", "Model", "Training", "Output", "Advanced")]
    assert places == sorted(places)


def test_an_option_has_its_former_name_too(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["interpolate", "run", "test:0", "test:1", "-o", "a.png"]
    for words in (["--near", "500"], ["--near=500"], ["--nodes", "500"]):
        call = parse([*line, *words])
        assert isinstance(call.request if call else None, InterpolateRequest)
        assert call is not None and call.request.to_json()["nodes"] == 500
    assert "--near" not in said(capsys, "interpolate", "--help")


def test_quiet_and_verbose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["train", "digits", *TINY]
    assert main([*words, "-o", str(tmp_path / "a"), "--quiet"]) == 0
    quiet = capsys.readouterr()
    assert not quiet.err and quiet.out.startswith("run ")
    assert main([*words, "-o", str(tmp_path / "b"), "--verbose"]) == 0
    verbose = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r" +\d+\.\d\d s  reading digits", verbose[0]) and verbose[-1].endswith(" s  done")


def test_an_unexpected_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(request: Checked, report: Report) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("segue.commands.info.run_info", fail)
    assert main(["info", "a"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "unexpected KeyError" in err and "test_commands.py" in err and "--verbose" in err
    assert main(["info", "a", "--verbose"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_shell_completes(tmp_path: Path) -> None:
    environment = {**ENVIRONMENT, "HOME": str(tmp_path), "SHELL": "/bin/bash"}
    words = [sys.executable, "-m", "segue", "--install-completion"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    script = next(path for path in tmp_path.rglob("*segue*") if path.is_file()).read_text()
    assert str(tmp_path) in done.stdout
    assert all(command.name in script for command in COMMANDS)
    assert "--style" in script and "letterbox" in script


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
        (["info", "none.mp4"], 2, "none.mp4, which does not exist"),
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
