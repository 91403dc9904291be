"""A function's environment variables: those it was configured with, and its role's region and credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rewardlab.errors import UsageError

#: The names that Lambda allows for environment variables, and the bytes of all together.
VARIABLE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
ENVIRONMENT_BYTES = 4096
KEY, SECRET, TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
#: Names that Lambda keeps for itself (docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). Others that
#: begin with AWS_ may be set: AWS_ENDPOINT_URL_BEDROCK_RUNTIME, AWS_MAX_ATTEMPTS.
RESERVED = frozenset(
    {
        KEY,
        SECRET,
        TOKEN,
        "AWS_ACCESS_KEY",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
REGION = "us-east-1"
#: So many characters of a credential, at either end of a text, count as a part of it that was cut.
FRAGMENT = 6


def check_variables(environment: Mapping[str, str], *, role: str = "--credentials hands over this shell's") -> None:
    """Raises: UsageError for what Lambda would refuse; `role` says how credentials are given instead."""
    for name in environment:
        if name in RESERVED:
            do = role if name in {KEY, SECRET, TOKEN} else "choose another name"
            raise UsageError(f"Lambda keeps {name} for itself", where="--env", do=do)
        if not VARIABLE.fullmatch(name):
            raise UsageError(
                f"Lambda takes no variable {name!r}", where="--env", expected="a letter, then letters, digits and _"
            )
    if sum(len(f"{name}{value}".encode()) for name, value in environment.items()) > ENVIRONMENT_BYTES:
        raise UsageError("the variables are too long", where="--env", expected=f"{ENVIRONMENT_BYTES} bytes at most")


@dataclass(frozen=True, slots=True)
class Role:
    """The region that a function runs in, and the credentials with which it calls other services; none by default."""

    region: str = REGION
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of_shell(cls, shell: Mapping[str, str]) -> Role:
        """The credentials and the region in a shell's environment.

        Raises: UsageError where it holds no key, or half of one.
        """
        if missing := [name for name in (KEY, SECRET) if not shell.get(name)]:
            raise UsageError(
                f"this shell has no {' and no '.join(missing)}",
                where="--credentials",
                do="set them; `aws configure export-credentials --format env` prints those of a profile or sign-in",
            )
        held = {name: shell[name] for name in (KEY, SECRET, TOKEN) if shell.get(name)}
        return cls(shell.get("AWS_REGION") or shell.get("AWS_DEFAULT_REGION") or REGION, held)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that Lambda sets for the role: its region and its credentials."""
        return {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region, **self.credentials}

    def redacted(self, text: str) -> str:
        """The text without the credentials that the function may have printed, or parts of them where it was cut."""
        for name, value in self.credentials.items():
            text = text.replace(value, f"({name})")
            for size in range(len(value) - 1, FRAGMENT - 1, -1):
                if text.startswith(value[-size:]):
                    text = f"({name}){text[size:]}"
                if text.endswith(value[:size]):
                    text = f"{text[:-size]}({name})"
        return text
