"""The command line: finds the command, runs it, and turns its result or exception into an exit code."""

from __future__ import annotations

import difflib
import errno
import gc
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
from typing_extensions import override

from rewardlab.errors import RewardlabError, UsageError
from rewardlab.version import __version__
from rewardlab.visible import visible_lines

#: Each command's line of help. A command's module is imported only when it is used, so that --help is fast.
COMMANDS = {
    "audit": "Sample, score, measure, decide: can this reward teach this model?",
    "check": "Ask a reward about made-up answers, without a model, in seconds.",
    "agree": "How far do raters agree? Any table of ratings.",
    "sample": "Sample generations into a run directory, to score later.",
    "score": "Score a run directory's generations with another reward.",
    "judge": "Ask judges about a run directory's generations.",
    "init": "Write a reward to start from, for your trainer.",
    "convert": "Write prompts or generations of any format that is read in our own.",
    "report": "Report on a run directory again.",
    "show": "Look into a run: findings with their generations, and groups of generations.",
    "compare": "Two runs on the same prompts: what flips, what differs, which findings come and go.",
    "history": "The runs of a folder over time: verdicts, the numbers that decided, what changed.",
    "verify": "Is a finding mended? Ask another reward about a reproduction.",
    "package": "Build a reward into the zip of a Lambda function.",
    "prove": "Run a package in AWS's Lambda runtime and compare its scores.",
    "deploy": "Create or update the Lambda function of a package, and nothing that was not asked for.",
    "explain": "Say what a finding means, why it matters and what to do.",
    "doctor": "Show which engines, devices and credentials work here.",
}

#: How many objects are made before a look for garbage among the young, and how many looks before one among the older.
#: Cycles are rare here, and looking as often as Python does takes a tenth of an audit's time.
COLLECTED = (50_000, 20, 20)
#: Commands that resume from their run directory after an interruption.
RESUMED = {"audit", "judge", "sample", "score"}
EPILOG = "Exit codes: 0 GO, 1 NO-GO, 2 could not judge, 3 a bug in rewardlab, 4 INCONCLUSIVE, 130 interrupted."


#: Signals of a scheduler or a closed terminal. As after Ctrl-C, workers are ended and temporary files removed.
ENDING = (signal.SIGTERM, signal.SIGHUP)
#: Errors of the disk, which are no bugs of rewardlab.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


class UnheardError(Exception):
    """A closed output pipe. click would exit with 1 for it, which here means NO-GO."""


class Commands(click.Group):
    """A group that imports a command's module only when that command is used."""

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise UnheardError from error

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not args[0].startswith("-") and args[0] not in COMMANDS:
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            raise UsageError(
                f"no command {args[0]!r}",
                expected=("perhaps " + close[0] + "; " if close else "") + "one of " + ", ".join(COMMANDS),
            )
        return super().resolve_command(ctx, args)

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        with _imports_kept():
            command: click.Command = importlib.import_module(f"rewardlab.commands.{cmd_name}").command
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rewardlab", message="%(prog)s %(version)s")
def cli() -> None:
    """Can this reward function teach this model this task? Ask before the training run is paid for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; an error is told in one line on standard error."""
    _open_streams()
    try:
        with _endings_interrupt():
            result: Any = cli.main(args=arguments, prog_name="rewardlab", standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort):
        asked = sys.argv[1:] if arguments is None else arguments
        return _fail("interrupted; the same command " + ("resumes" if {*asked[:1]} & RESUMED else "begins anew"), 130)
    except (BrokenPipeError, UnheardError):
        return _unheard()
    except Exception as error:  # noqa: BLE001 - any error that is not rewardlab's own is reported as a bug
        return _explain(error)
    return result if isinstance(result, int) else 0


def _open_streams() -> None:
    """Open the null device for each standard stream that the process was started without (`>&-`).

    Otherwise the next file to be opened would get the stream's number, and printed text would go into that file.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this stream's
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, "r" if name == "stdin" else "w", encoding="utf-8", closefd=False))  # noqa: SIM115 - it stays open to the end


@contextmanager
def _imports_kept() -> Iterator[None]:
    """Keep imported objects out of garbage collection: they live until exit and are most of all objects."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*COLLECTED)
        gc.enable()


@contextmanager
def _endings_interrupt() -> Iterator[None]:
    """Make the signals in ENDING interrupt like Ctrl-C, except those that are already handled or ignored (nohup)."""
    own = threading.current_thread() is threading.main_thread()
    changed = [one for one in ENDING if own and signal.getsignal(one) is signal.SIG_DFL]
    for one in changed:
        signal.signal(one, signal.default_int_handler)
    try:
        yield
    finally:
        for one in changed:
            signal.signal(one, signal.SIG_DFL)


def _unheard() -> int:
    """Redirect standard output to nowhere after its reader has gone, since Python would fail to flush it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return 128 + signal.SIGPIPE


def _explain(error: Exception) -> int:
    """Print an error in one line, for a bug after its traceback; return the exit code."""
    if isinstance(error, RewardlabError):
        return _fail(str(error), error.exit_code)
    if isinstance(error, OSError) and error.errno in FULL:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}cannot be written ({error.strerror}); free some space, or name another folder", 2)
    if isinstance(error, OSError) and error.filename is not None:
        # A file or folder was removed, replaced or made unwritable while a command used it.
        name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes | os.PathLike) else error.filename
        return _fail(f"{name}: {error.strerror}; expected a file or folder that stays as it is while a command runs", 2)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(visible_lines(error.format_message()), err=True)
        return 2
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        hint = f" (see {context.command_path} --help)" if context else ""
        return _fail(" ".join(error.format_message().split()) + hint, 2)
    traceback.print_exception(error)
    return _fail("a bug in rewardlab; please report the lines above", 3)


def _fail(text: str, code: int) -> int:
    click.echo(f"rewardlab: {visible_lines(text)}", err=True)
    return code
