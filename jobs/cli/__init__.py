"""The console script `detector`: parses, calls the rooms that do the work, prints. Nothing heavy is imported here."""

import errno
import os
import sys

import typer

from detector.environment import COMMAND_LINE_VARIABLES, refuse_unknown_variables
from detector.errors import DetectorError, OutOfMemoryError, StoreError
from jobs.cli import check, convert, evaluate, launch, predict, release, serve, train
from services.gateway.settings import known_variables

INTERRUPTED = 130
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def create_cli() -> typer.Typer:
    """The command line with one verb a module of this package."""
    cli = typer.Typer(
        name="detector",
        help="Train an object detector on your own photos, and serve the same version everywhere.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for verb in (train, check, convert, evaluate, predict, serve, launch):
        cli.command(name=verb.__name__.rsplit(".", 1)[-1])(verb.command)
    cli.add_typer(release.app, name="release")
    return cli


def main() -> None:
    """Run the command line; a person's mistake ends in one message and the exit code of its kind."""
    try:
        refuse_unknown_variables(os.environ, (*known_variables(), *COMMAND_LINE_VARIABLES))
        try:
            create_cli()()
        finally:
            # Here, where it can be told, and not while the interpreter ends.
            sys.stdout.flush()
    except DetectorError as error:
        print(f"error: {error.message}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except MemoryError:
        print(
            "error: Memory ran out: use a machine with more of it, or fewer or smaller photos.",
            file=sys.stderr,
        )
        sys.exit(OutOfMemoryError.exit_code)
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        place = error.filename or "what this command prints"
        print(
            f"error: Cannot write {place}: {error.strerror}. Free some space and run it again.",
            file=sys.stderr,
        )
        _drop_output()
        sys.exit(StoreError.exit_code)


def _drop_output() -> None:
    """Let nothing that is still to be printed fail a second time."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
