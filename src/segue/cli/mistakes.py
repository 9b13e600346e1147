"""What is wrong with a command line, in the product's one line: got X; expected Y; try Z."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from cyclopts import (
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from segue.cli.options import spell_field
from segue.commands import COMMANDS
from segue.core.choices import walk_fields
from segue.core.errors import InputError, unknown

_PARAMETER = re.compile(r"`(?P<name>\w+)(?P<value>=[^`]*)?`")
"""A parameter, and perhaps its value, as the message of an `InputError` has it."""


def explain_mistake(error: CycloptsError | InputError, words: Sequence[str]) -> str:
    """The line for a mistake in a command line: what was got, what was expected, the nearest, and the help page.

    Args:
        error: what the parser or the request raised.
        words: the command line, without the program's name.

    Returns:
        One line.
    """
    names = [command.name for command in COMMANDS]
    if isinstance(error, InputError):
        return str(InputError(*(spell_parameters(part, words) for part in error.args)))
    if isinstance(error, UnknownCommandError) and not words[0].startswith("-"):
        return str(unknown("command", words[0], names))
    command = f"segue {words[0]}" if words and words[0] in names else "segue"
    page = f"{command} --help"
    if isinstance(error, UnknownCommandError):
        return _explain_unknown_option(words[0], ("--help", "--version", "--install-completion"), command)
    if isinstance(error, UnknownOptionError):
        options = [name for argument in error.argument_collection if argument.parse for name in argument.names]
        return _explain_unknown_option(error.token.keyword or error.token.value, options, command)
    if isinstance(error, RepeatArgumentError):
        return str(InputError(f"{error.token.keyword} twice", "it once", "leaving one out"))
    if isinstance(error, UnusedCliTokensError) and error.unused_tokens:
        return str(InputError(f"{error.unused_tokens[0]!r} after all else", f"what {command} takes", page))
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        return str(InputError(f"{command} without {error.argument.name}", f"a value for {error.argument.name}", page))
    return f"{str(error).rstrip('.')}; try {page}"


def _explain_unknown_option(got: str, options: Sequence[str], command: str) -> str:
    near = difflib.get_close_matches(got.partition("=")[0], options, n=1)
    return str(InputError(f"option {got}", f"an option of {command}", ", or ".join([*near, f"{command} --help"])))


def spell_parameters(text: str, words: Sequence[str]) -> str:
    """Spell the parameters in a message of the library as options of the command.

    Args:
        text: the message, with parameters as `` `fps=25` ``.
        words: the command line, without the program's name.

    Returns:
        The message, with options as `--fps=25`. Names that the command has no option for stay as they are.
    """
    commands = [command for command in COMMANDS if command.name in words[:1]]
    fields = {field.name: field for command in commands for field, _, _ in walk_fields(command.load_request())}

    def spell(match: re.Match[str]) -> str:
        name, value = match["name"], match["value"] or ""
        if name not in fields:
            return match[0]
        return spell_field(fields[name]) + ("" if value == "=True" else value)

    return _PARAMETER.sub(spell, text)
