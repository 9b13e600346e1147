"""The command line: argv to a request, the request to its job, the result to text or JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError

from segue.cli.commands import COMMANDS, add
from segue.core.errors import InputError, Stopped

WRONG, INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run `segue` with these arguments (the process's own by default); returns the exit code.

    0 done; 2 the request cannot be carried out, said in one line on stderr; 130 interrupted.
    """
    app = App(
        name="segue",
        help="The natural way from one image to another, through an autoencoder's latent space.",
        version=version("segue"),
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    for command in COMMANDS:
        add(app, command)
    try:
        app(sys.argv[1:] if argv is None else list(argv), exit_on_error=False, print_error=False)
    except (CycloptsError, InputError) as error:
        return _say(" ".join(str(error).split()), WRONG)
    except Stopped as stopped:
        return _say(str(stopped), INTERRUPTED)
    except KeyboardInterrupt:
        return _say("interrupted; nothing half-written is left", INTERRUPTED)
    return 0


def _say(line: str, code: int) -> int:
    sys.stderr.write(f"segue: {line}\n")
    return code
