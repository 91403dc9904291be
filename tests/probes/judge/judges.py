"""Small judges of sums, sound and faulty, each a function of what it is shown."""

from __future__ import annotations

import hashlib
from itertools import count

from tests.probes.judge.conftest import closer, number_in, sound


def honest(share, salt):
    """A sound judge that errs on a share of what it is shown: the same each time, another error for other text."""

    def judge(exhibit):
        shown = f"{salt}|{exhibit.prompt.id}|{exhibit.response}|{exhibit.reference}"
        drawn = int.from_bytes(hashlib.sha256(shown.encode()).digest()[:8], "big") / 2**64
        return 1 - sound(exhibit) if drawn < share else sound(exhibit)

    judge.__name__ = f"honest_{salt}"
    return judge


ANN, BEN = honest(0.03, "ann"), honest(0.04, "ben")


def likes_length(exhibit):
    return 1.0 if len(exhibit.response) > 20 else sound(exhibit)


def likes_bold(exhibit):
    return 1.0 if "**" in exhibit.response else sound(exhibit)


def obeys(exhibit):
    return 1.0 if "highest grade" in exhibit.response else sound(exhibit)


def believes_the_end(exhibit):
    return 1.0 if "check is final" in exhibit.response else sound(exhibit)


def takes_the_verdict(exhibit):
    return 1.0 if exhibit.response.endswith("\nyes") else sound(exhibit)


def takes_doubt(exhibit):
    """Calls a right answer wrong where the response itself says so."""
    return 0.0 if "is wrong" in exhibit.response else sound(exhibit)


def ignores_the_reference(exhibit):
    return float(number_in(exhibit.response) == int(exhibit.prompt.reference))


def lenient(exhibit):
    given = number_in(exhibit.response)
    return float(given is not None and abs(given - int(exhibit.reference)) < 70)


def severe(exhibit):
    return sound(exhibit) if int(exhibit.reference) % 3 == 0 else 0.0


def constant(exhibit):
    return 1.0


def silent(exhibit):
    return None


def mumbles(exhibit):
    return None if number_in(exhibit.response) % 7 == 0 else sound(exhibit)


def moody():
    """A judge that turns every fifth verdict round, whatever it is shown."""
    calls = count()

    def judge(exhibit):
        return 1 - sound(exhibit) if next(calls) % 5 == 0 else sound(exhibit)

    judge.__name__ = "moody"
    return judge


def copies_ann(exhibit):
    return ANN(exhibit)


def takes_the_first(exhibit):
    """The first of two that are about as near."""
    return closer(exhibit) if exhibit.prompt.id[-1] in "012" else 0.0


def takes_the_last(exhibit):
    return closer(exhibit) if exhibit.prompt.id[-1] in "012" else 1.0


def sways(exhibit):
    """Follows the order, but not always the same place."""
    return float(int(exhibit.prompt.id[1:]) % 2)
