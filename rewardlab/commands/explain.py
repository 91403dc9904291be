"""The command `rewardlab explain RL601`."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from rewardlab.errors import UsageError
from rewardlab.findings import CATALOGUE


@click.command("explain")
@click.argument("code", required=False, shell_complete=lambda _context, _argument, begun: _codes(begun))
def command(code: str | None) -> int:
    """Say what the finding CODE means, why it matters and what to do; without CODE, list them all."""
    if code is None:
        for name, entry in CATALOGUE.items():
            click.echo(f"{name}  {entry.title}")
        return 0
    name = code.strip().upper()
    if name not in CATALOGUE:
        family = [known for known in CATALOGUE if known[:3] == name[:3]] or list(CATALOGUE)
        raise UsageError(
            f"no finding {code!r}", expected="one of " + ", ".join(family), do="rewardlab explain lists them all"
        )
    entry = CATALOGUE[name]
    click.echo(f"{name}: {entry.title}\n\nWhy it matters\n  {entry.why}\n\nWhat to do\n  {entry.remedy}")
    return 0


def _codes(begun: str) -> list[CompletionItem]:
    """The codes that begin so, with their titles, for the shell's completion."""
    return [
        CompletionItem(name, help=entry.title) for name, entry in CATALOGUE.items() if name.startswith(begun.upper())
    ]
