"""How every command parses its arguments and ends: 0, 1 (failed), 2 (wrong arguments), 130 (Ctrl-C), 141 (pipe).

    @command(WeightsError)
    def main(arguments: Sequence[str] | None = None) -> int:
        parser = Parser("python -m lenet.example", __doc__)
        add_number(parser, "--count", 1, 1_000, "drawings", default=10)

A command that does not succeed prints one line on standard error and no traceback, unless the program has a fault.
"""

import argparse
import functools
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from lenet.files import WriteError

INTERRUPTED, CLOSED_PIPE = 130, 141  # 128 + SIGINT and SIGPIPE, as in a shell

LARGEST_SEED = 2**31 - 1  # TensorFlow's seeds of distortions are int32

Main = Callable[[Sequence[str] | None], int | None]


class Parser(argparse.ArgumentParser):
    """Parser whose help begins with the module's docstring and whose errors are one line.

    Args:
        prog: the command as it is typed.
        doc: the module's docstring.
        options: of `ArgumentParser`.
    """

    def __init__(self, prog: str, doc: str | None, **options: Any) -> None:
        formatter = argparse.RawDescriptionHelpFormatter
        super().__init__(prog=prog, description=doc, formatter_class=formatter, **options)

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        self.exit(2, f"{self.prog}: {_one_line(message)} (see --help)\n")


def add_number(
    parser: argparse._ActionsContainer, flag: str, low: float, high: float, purpose: str, default: Any, **options: Any
) -> None:
    """Add an argument for a number; its help shows the range and the default.

    Args:
        parser: a parser or a group of arguments.
        flag: name of the argument.
        low: the least number; a whole number if both limits are.
        high: the largest number.
        purpose: the beginning of the help.
        default: the number without this argument.
        options: of `add_argument`.
    """
    whole = isinstance(low, int) and isinstance(high, int)

    def number(text: str) -> float:
        try:
            value = int(text) if whole else float(text)
            if low <= value <= high:  # nan is not
                return value
        except ValueError:
            pass
        kind = "whole number" if whole else "number"
        raise argparse.ArgumentTypeError(f"{text!r} is not a {kind} from {low:,} to {high:,}")

    text = f"{purpose} ({low:,} to {high:,}; default: %(default)s)"
    parser.add_argument(flag, type=number, default=default, **{"metavar": "N", "help": text} | options)


def command(*errors: type[Exception], stopped: str = "Stopped.") -> Callable[[Main], Callable[..., int]]:
    """Return a decorator that turns the ways in which a command can end into exit codes.

    Args:
        errors: exceptions whose message is a sentence for the user; `WriteError` always is.
        stopped: printed on Ctrl-C.
    """

    def decorate(main: Main) -> Callable[..., int]:
        @functools.wraps(main)
        def run(arguments: Sequence[str] | None = None) -> int:
            try:
                code = main(arguments)
                sys.stdout.flush()
                return code or 0
            except KeyboardInterrupt:
                return _say(stopped, INTERRUPTED)
            except BrokenPipeError:  # the reader of standard output is gone, as after `| head`
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python's flush at exit fails again
                return CLOSED_PIPE
            except WriteError as error:
                return _say(f"{error}; make room or give another folder.", 1)
            except errors as error:
                return _say(str(error), 1)

        return run

    return decorate


def _say(message: str, code: int) -> int:
    print(_one_line(message), file=sys.stderr)
    return code


def _one_line(text: str) -> str:
    return " ".join(text.split())
