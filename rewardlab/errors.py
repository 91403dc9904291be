"""The errors that rewardlab raises on purpose; all but one mean exit code 2, "could not judge".

    RewardlabError
    ├── UsageError     an option, a setting or a call that does not make sense
    ├── InputError     a file that cannot be read, or does not hold what it should
    ├── EngineError    a model that cannot be loaded or sampled
    │   └── TooLongError   one prompt that leaves the model no room to answer
    ├── RewardError    reward code that cannot be loaded at all (a reward that fails on a sample is an Unscored)
    │   └── TokensMissingError  the reward reads token ids, and the generations to score have none
    ├── RunError       a run directory that cannot be used
    │   └── UnfinishedError  a run that is not finished: exit code 4, as INCONCLUSIVE
    └── CloudError     a request that AWS refuses, or that cannot reach AWS

Anything else that escapes is a bug in rewardlab and exits with 3.
"""

from __future__ import annotations

from rewardlab.visible import visible, visible_lines


class RewardlabError(Exception):
    """What went wrong, where, what was expected there, and what to do about it, in one line.

    `where` is `file:line`, a file or an option; it comes first, so that editors can jump to it. `lines` are code to
    copy, printed unchanged below the message.
    """

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        do: str | None = None,
        lines: str | None = None,
    ):
        self.what, self.where, self.expected, self.do, self.lines = what, where, expected, do, lines
        text = f"{where}: {what}" if where else what
        if expected:
            text += f"; expected {expected}"
        if do:
            text += f"; {do}"
        below = f"\n\n{visible_lines(lines)}\n" if lines else ""
        super().__init__(visible(" ".join(text.split())) + below)


class UsageError(RewardlabError):
    """An option, a setting or a call that does not make sense."""


class InputError(RewardlabError):
    """A file that cannot be read, or does not hold what it should."""


class EngineError(RewardlabError):
    """A model that cannot be loaded or sampled."""


class TooLongError(EngineError):
    """One prompt that leaves the model no room to answer; `where` begins with "prompt" and its id in quotes."""


class RewardError(RewardlabError):
    """Reward code that cannot be loaded: it fails to import, or defines no reward, or more than one."""


class TokensMissingError(RewardError):
    """A reward that reads token ids was called on answers without them."""


class RunError(RewardlabError):
    """A run directory that cannot be used: it belongs to another run, is in use, or is damaged."""


class UnfinishedError(RunError):
    """A run directory that holds no verdict yet, because it was not sampled, scored or examined to its end."""

    exit_code = 4


class CloudError(RewardlabError):
    """A request that AWS refuses, or that cannot reach AWS: credentials, permissions, limits, conflicts."""
