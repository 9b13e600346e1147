"""The command line: argv to a request, the request to its job, the result to text or JSON."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from cyclopts import CycloptsError

from segue.cli.app import parse
from segue.cli.mistakes import explain_mistake, spell_parameters
from segue.core.errors import InputError, Stopped, shortage

DONE, BROKEN, WRONG, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run `segue`.

    Args:
        argv: the words after the program's name; None: the process's own.

    Returns:
        The exit code: 0 done; 2 the request cannot be carried out, said in one line on stderr; 130 interrupted;
        1 an unexpected error, which is a fault of segue's.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    verbose = "--verbose" in words
    try:
        call = parse(words)
        if call is not None:
            call.run()
    except (CycloptsError, InputError) as error:
        if verbose and isinstance(error, InputError):
            traceback.print_exc()
        return _say(explain_mistake(error, words), WRONG)
    except Stopped as stopped:
        return _say(spell_parameters(str(stopped), words), INTERRUPTED)
    except KeyboardInterrupt:
        return _say("interrupted; nothing half-written is left", INTERRUPTED)
    except Exception as error:
        if verbose:
            traceback.print_exc()
        refused = shortage(error)
        if refused is not None:
            return _say(str(refused), WRONG)
        *_, place = traceback.extract_tb(error.__traceback__)
        where = f"{place.filename}:{place.lineno}"
        hint = "" if verbose else "; --verbose shows the traceback"
        return _say(f"unexpected {type(error).__name__} at {where}: {error}{hint}", BROKEN)
    return DONE


def _say(line: str, code: int) -> int:
    sys.stderr.write(f"segue: {' '.join(line.split())}\n")
    return code
