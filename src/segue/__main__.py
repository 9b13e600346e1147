"""The command `segue`, also as `python -m segue`."""

import sys


def main() -> int:
    """Run the command line; returns the exit code. Ctrl-C while the libraries are loaded ends it with one line, too."""
    try:
        from segue.cli import main as run

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("segue: interrupted\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
