"""What is wrong with a command line, in the product's one line: got X; expected Y; try Z."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from cyclopts import CycloptsError, MissingArgumentError, UnknownCommandError, UnknownOptionError

from segue.commands import COMMANDS
from segue.core.errors import InputError, unknown


def explain_mistake(error: CycloptsError | InputError, words: Sequence[str]) -> str:
    """The line for a mistake in a command line: what was got, what was expected, the nearest, and the help page.

    Args:
        error: what the parser or the request raised.
        words: the command line, without the program's name.

    Returns:
        One line.
    """
    if isinstance(error, InputError):
        return str(error)
    names = [command.name for command in COMMANDS]
    if isinstance(error, UnknownCommandError):
        return str(unknown("command", words[0], names))
    command = f"segue {words[0]}" if words and words[0] in names else "segue"
    page = f"{command} --help"
    if isinstance(error, UnknownOptionError):
        got = error.token.keyword or error.token.value
        options = [name for argument in error.argument_collection if argument.parse for name in argument.names]
        near = difflib.get_close_matches(got.partition("=")[0], options, n=1)
        return str(InputError(f"option {got}", f"an option of {command}", f"try {', or '.join([*near, page])}"))
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        return str(
            InputError(f"{command} without {error.argument.name}", f"a value for {error.argument.name}", f"try {page}")
        )
    return f"{str(error).rstrip('.')}; try {page}"
