"""The options that several commands share, and the functions that print a report or write it to a file."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from rewardlab.errors import UsageError
from rewardlab.formats.audit import FORMATS
from rewardlab.formats.display import Display
from rewardlab.formats.table import PAGES, SUFFIXES, Format
from rewardlab.reports.audit import Report
from rewardlab.settings.values import parse_pairs

#: Settings that are tables, by the option that gives them as NAME=VALUE.
PAIRS = {"engine": "engine_option", "reward_kwargs": "reward_kwargs"}
Function = TypeVar("Function", bound=Callable[..., Any])
Shown = TypeVar("Shown")
FORMAT_NAMES = ("text", "json", *PAGES)


def _page(report: Report, _display: Display) -> str:
    """The page that stands in the run directory: it holds the generations, which a report alone does not."""
    return report.page.read_text(encoding="utf-8")


#: How an audit's report is shown.
AUDIT_FORMATS: Mapping[str, Format[Report]] = {**FORMATS, "html": _page}
#: Columns of a report that is not shown in a terminal, and the fewest that it is drawn in.
PLAIN_WIDTH, LEAST_WIDTH = 100, 40

SAMPLING = (
    click.option(
        "--model",
        metavar="SPEC",
        help="The base model: vllm:MODEL, transformers:MODEL, openai:MODEL, "
        "bedrock:MODEL_ID, recorded:FILE; a bare folder or hub name means vllm.",
    ),
    click.option("-n", "--num-generations", metavar="N", help="Generations per prompt.  [8]"),
    click.option("--temperature", metavar="T", help="Sampling temperature.  [1.0]"),
    click.option("--max-tokens", metavar="N", help="Longest response, in tokens.  [512]"),
    click.option("--seed", metavar="N", help="Seed of the sampling.  [0]"),
    click.option("--top-p", metavar="P", help="Keep the likeliest tokens whose probabilities add up to P.  [1.0, all]"),
    click.option("--top-k", metavar="K", help="Keep the K likeliest tokens.  [0, all]"),
    click.option("--min-p", metavar="P", help="Keep tokens at least P times as likely as the likeliest.  [0, all]"),
    click.option(
        "--repetition-penalty", metavar="X", help="Penalty on tokens of prompt and response so far.  [1.0, none]"
    ),
    click.option("--stop", multiple=True, metavar="TEXT", help="End a response before this text. Repeat."),
    click.option("--system", metavar="TEXT_OR_FILE", help="A system prompt for prompts that have none.  [none]"),
    click.option(
        "--thinking",
        metavar="on|off|EFFORT",
        help="Whether the model thinks first, or with which effort (low, medium, high), if it knows efforts.",
    ),
    click.option(
        "--sampling-from",
        metavar="TRAINER|RECIPE|model",
        help="Take sampling settings that are not given from a trainer (smtj, hyperpod, bedrock, trl, verl), from a "
        "recipe's file, or from the model's generation_config.json.",
    ),
    click.option(
        "--reasoning",
        metavar="keep|drop",
        help="A thought that a server (openai:) returns apart: put it before the text, or leave it out.  [keep]",
    ),
    click.option(
        "--engine-option",
        multiple=True,
        metavar="NAME=VALUE",
        help="An option of the engine (tensor_parallel_size=2, dtype=bfloat16, chat_template=FILE). Repeat.",
    ),
    click.option("--out", metavar="DIR", help="The run directory; an existing one resumes.  [runs/<time>]"),
)
READING = (
    click.option(
        "--from",
        "--from-format",
        "from_format",
        multiple=True,
        metavar="FORMAT",
        help="What prompts or recorded generations are written as, where their content leaves a doubt. Repeat.",
    ),
    click.option(
        "--columns",
        multiple=True,
        metavar="NAME=COLUMN,...",
        help="What the columns of those files are: prompt=question,reference=solution,text=response. Repeat.",
    ),
    click.option("--split", metavar="NAME", help="The split of a DatasetDict that holds the prompts."),
    click.option("--step", metavar="N|A-B", help="The steps of a training log whose generations are read.  [all]"),
)
#: The same for prompts that a run holds.
REREADING = (
    click.option(
        "--from",
        "--from-format",
        "from_format",
        multiple=True,
        metavar="FORMAT",
        help="What the rows of the run's prompts are written as, where that is not how the audit read them.",
    ),
    click.option(
        "--columns",
        multiple=True,
        metavar="NAME=COLUMN,...",
        help="Another column of the run's prompts: reference=solution, or right=example.",
    ),
)
CONFIG = (
    click.option(
        "--config",
        metavar="FILE.toml",
        help="A file of settings that you trust, such as one beside downloaded prompts.  [rewardlab.toml here]",
    ),
)
ENTRY = (
    click.option(
        "--entry",
        multiple=True,
        metavar="NAMES",
        help="The function, if the file defines several; NAME,NAME (or repeated) for their weighted sum.",
    ),
    click.option("--weights", metavar="W,W", help="The weights of the functions of a sum.  [the file's; else 1]"),
    click.option(
        "--reward-kwargs",
        multiple=True,
        metavar="NAME=VALUE",
        help="An argument added to each call, as verl's reward_kwargs. Repeat.",
    ),
)
FENCE = (
    click.option(
        "--reward-network",
        is_flag=True,
        default=None,
        help="Let the reward reach other machines; otherwise it has no network, if the kernel can close it.",
    ),
    click.option(
        "--reward-files",
        multiple=True,
        metavar="PATHS",
        help="Files and folders that the reward may read and write beside its own folder, as PATH,PATH. Repeat.",
    ),
)
SCORING = (
    *ENTRY,
    click.option(
        "--platform",
        metavar="PROFILE",
        help="The platform whose contract and limits apply: smtj, hyperpod, bedrock, rft-eval, serverless, "
        "serverless-oss, scorer, scorer-oss.  [smtj]",
    ),
    click.option("--reward-timeout", metavar="SECONDS", help="Limit of one invocation, as on the Lambda.  [60]"),
    click.option("--reward-memory", metavar="MB", help="Limit of one invocation, as on the Lambda.  [512]"),
    click.option(
        "--reward-env",
        multiple=True,
        metavar="NAMES",
        help="Environment variables that the reward gets, as NAME,NAME; credentials only if they are named here. "
        "Repeat.",
    ),
    *FENCE,
    click.option(
        "--reward-workers",
        metavar="N",
        help="The most processes that score at once.  [the cores; more for a reward that waits, up to 16]",
    ),
    click.option(
        "--examine-seconds",
        metavar="N",
        help="Seconds of the reward's own time for the tests with made-up answers.  [90]",
    ),
)
RIGHT = (
    click.option(
        "--right",
        metavar="FILE.jsonl",
        help="Examples of right answers, whole texts, in place of made-up ones: prompt_id, text. Or a column right.",
    ),
)
RANGE = (
    click.option(
        "--success-at",
        metavar="SCORE",
        help="The lowest score that is a success.  [found from what right and wrong answers earn]",
    ),
    click.option(
        "--reward-range",
        metavar="LO,HI",
        help="The range that scores are declared to have; it is not inferred.  [none]",
    ),
)
JUDGING = (
    click.option("--band", metavar="LO,HI", help="The range in which accuracy must lie.  [0.05,0.95]"),
    click.option(
        "--band-on",
        metavar="accuracy|solved",
        help="What must lie in the band: the mean success rate, or the "
        "share of prompts with at least one success.  [accuracy]",
    ),
    *RANGE,
    click.option("--labels", metavar="FILE.csv", help="Known truth or human labels: prompt_id,index,annotator,label."),
    click.option(
        "--min-informative",
        metavar="SHARE",
        help="Target for the lower bound of the share of informative groups.  [0.2]",
    ),
    click.option(
        "--min-alpha",
        metavar="A",
        help="Target for the lower bound of the judges' agreement, Krippendorff's alpha.  [0.667]",
    ),
)
PANEL = (
    click.option(
        "--judge",
        multiple=True,
        metavar="NAME_OR_FILE[@MODEL]",
        help="A judge of the panel: one of those in judges/, or a FILE.toml; @MODEL names its model. Repeat.",
    ),
    click.option(
        "--judge-env",
        multiple=True,
        metavar="NAMES",
        help="Environment variables that judges in Python get, such as a key, as NAME,NAME. Repeat.",
    ),
    click.option("--judge-network", is_flag=True, default=None, help="Let judges in Python reach other machines."),
    click.option(
        "--judge-files",
        multiple=True,
        metavar="PATHS",
        help="Files and folders that judges in Python may use beside their own folders, as PATH,PATH. Repeat.",
    ),
    click.option(
        "--judge-sample",
        metavar="K",
        help="Judge K generations instead of all; half of them successes, if there are so many.",
    ),
)
SHOWING = (
    click.option(
        "--format",
        "format_",
        type=click.Choice(FORMAT_NAMES),
        help="How the report is shown on standard output, or in a file whose name does not say it.  [text]",
    ),
    click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        multiple=True,
        callback=lambda _context, _option, paths: checked(paths),
        metavar="FILE",
        help="Where the report goes, its format by the end of the name: .txt, .json, .md (a comment on a pull "
        "request), .xml (JUnit), .sarif, .html. Repeat.  [standard output]",
    ),
)
QUIET = (click.option("-q", "--quiet", is_flag=True, help="No progress on standard error."),)


def add_options(*groups: tuple[Callable[[Any], Any], ...]) -> Callable[[Function], Function]:
    """A decorator that gives a command the options of `groups`, in their order."""

    def decorate(function: Function) -> Function:
        for group in reversed(groups):
            for option in reversed(group):
                function = option(function)
        return function

    return decorate


def given(**values: Any) -> dict[str, Any]:
    """The settings that were given on the command line, with NAME=VALUE options parsed.

    Raises: UsageError for an engine option that is none.
    """
    said = {
        name: _plain(value) for name, value in values.items() if value not in (None, ()) and name not in PAIRS.values()
    }
    pairs = {key: values.get(option) for key, option in PAIRS.items()}
    return said | {
        key: parse_pairs(given, f"--{PAIRS[key].replace('_', '-')}") for key, given in pairs.items() if given
    }


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def show(report: Report, format_: str | None, output: Sequence[Path]) -> int:
    """Print an audit's report, or write it to each file of `output`; returns its exit code.

    Raises: UsageError when a file cannot be written.
    """
    deliver(AUDIT_FORMATS, report, format_, output)
    return report.exit_code


def deliver(formats: Mapping[str, Format[Shown]], report: Shown, format_: str | None, output: Sequence[Path]) -> None:
    """Write the report to each file of `output` in the format that its name says, else in `format_`, else as text.

    It is printed if there is no file, or if `format_` was asked for and no file is in it.
    Raises: UsageError when a file cannot be written, or names a format that this report does not have.
    """
    written = [(SUFFIXES.get(path.suffix.lower(), format_ or "text"), path) for path in output]
    for name, path in written:
        if name not in formats:
            raise UsageError(
                f"it has no format {name}", where=f"--output {path}", expected=f"one of {', '.join(formats)}"
            )
        put(formats[name](report, display_for(path)), path)
    if not output or format_ not in {None, *(name for name, _ in written)}:
        put(formats[format_ or "text"](report, display_for(None)), None)


def checked(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files that a report goes to, as they are.

    Raises: UsageError, before any work is done, for a name that says no format, and for a folder that is not there.
    """
    for path in paths:
        if path.suffix and path.suffix.lower() not in SUFFIXES:
            raise UsageError(
                f"{path.suffix!r} names no format",
                where=f"--output {path}",
                expected="one of " + ", ".join(SUFFIXES),
                do="or a name without an ending, and --format",
            )
        if not path.parent.is_dir():
            raise UsageError("cannot be written (no such folder)", where=str(path), do="name another --output")
    return paths


def display_for(output: Path | None) -> Display:
    """How to draw: as wide as the terminal and in colour; elsewhere plainly, as wide as COLUMNS says."""
    terminal = output is None and sys.stdout.isatty()
    if output is not None:
        return Display(PLAIN_WIDTH)
    width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if terminal or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Display(max(width, LEAST_WIDTH), terminal and "NO_COLOR" not in os.environ)


def put(text: str, output: Path | None) -> None:
    """Print the text, or write it to `output`.

    Raises: UsageError when the file cannot be written.
    """
    if output is None:
        click.echo(text, nl=False, color=display_for(None).colour)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot be written ({error.strerror})", where=str(output), do="name another --output"
        ) from None
