"""The rows of a table of AWS refusals, and the search for the row that matches an error of AWS or botocore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SAID_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row of a table of refusals: the error's code or class, what it means, and the remedy.

    `sign` is a text in the message that tells apart the meanings of a code that has several.
    """

    code: str
    what: str
    do: str
    sign: str = ""


#: Other codes that AWS services use for the same errors.
ALIASES = {
    "ExpiredToken": "ExpiredTokenException",
    "RequestExpired": "ExpiredTokenException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "InvalidAccessKeyId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "AccessDenied": "AccessDeniedException",
}


def sign_in_refusals(credentials: str, *, region: str, wrong_region: str) -> tuple[Refusal, ...]:
    """The rows for missing or wrong credentials, profiles and regions, with the remedies of the command in use."""
    missing = {
        "NoCredentialsError": "no AWS credentials",
        "PartialCredentialsError": "half of the AWS credentials are missing",
        "CredentialRetrievalError": "the AWS credentials cannot be fetched",
        "UnauthorizedSSOTokenError": "the AWS sign-in has expired",
        "SSOTokenLoadError": "the AWS sign-in has expired",
        "TokenRetrievalError": "the AWS sign-in has expired",
        "ExpiredTokenException": "the AWS credentials have expired",
        "UnrecognizedClientException": "AWS does not know these credentials",
    }
    return (
        *(Refusal(code, what, credentials) for code, what in missing.items()),
        Refusal(
            "InvalidSignatureException",
            "AWS refuses the signature",
            f"check the secret key and the clock; {credentials}",
        ),
        Refusal("ProfileNotFound", "no such AWS profile", "name one of `aws configure list-profiles`"),
        Refusal("NoRegionError", "no AWS region", region),
        Refusal("InvalidRegionError", "that is no AWS region", wrong_region),
    )


def find_refusal(
    error: BaseException, rows: Sequence[Refusal], aliases: Mapping[str, str] = ALIASES
) -> tuple[Refusal | None, str]:
    """Find the first row that matches the error (None if none does); also return the error's code.

    For an error that never reached the service, the name of its class stands for the code.
    """
    code, message = code_of(error, aliases), said(error).lower()
    names = [code] if code else [kind.__name__ for kind in type(error).__mro__]
    fitting = (row for row in rows if row.code in names and row.sign in message)
    return next(fitting, None), names[0]


def code_of(error: BaseException, aliases: Mapping[str, str] = ALIASES) -> str | None:
    """The error code in a service's answer; None for an error raised on this machine."""
    code = _detail(error).get("Code")
    return None if code is None else aliases.get(str(code), str(code))


def said(error: BaseException) -> str:
    """The message of the service, or of botocore where there is none."""
    response = getattr(error, "response", None)
    reason = response.get("Reason") if isinstance(response, dict) else None
    words = _detail(error).get("Message") or str(error)
    return " ".join(f"{reason}: {words}".split() if reason else str(words).split())[:SAID_LENGTH]


def _detail(error: BaseException) -> dict[str, Any]:
    response: Any = getattr(error, "response", None)
    detail = response.get("Error") if isinstance(response, dict) else None
    return detail if isinstance(detail, dict) else {}
