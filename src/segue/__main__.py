"""The command `segue`, also as `python -m segue`."""

import sys

from segue.core.interrupts import interrupts


def main() -> int:
    """Run the command line; returns the exit code. Ctrl-C while the libraries are loaded ends it with one line, too."""
    try:
        # Noted, for libraries swallow it while they load one another.
        with interrupts() as interrupted:
            from segue.cli import main as run
        if interrupted.is_set():
            raise KeyboardInterrupt
        return run()
    except KeyboardInterrupt:
        sys.stderr.write("segue: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
