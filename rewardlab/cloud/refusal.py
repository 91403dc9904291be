"""The rows of the tables of what AWS and botocore refuse, and how the row for an error is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SAID_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: an error's code or class, a sign in its message where the code means several things, the remedy."""

    code: str
    what: str
    do: str
    sign: str = ""


#: Other error codes with the same meaning, in every AWS service.
ALIASES = {
    "ExpiredToken": "ExpiredTokenException",
    "RequestExpired": "ExpiredTokenException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "InvalidAccessKeyId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "AccessDenied": "AccessDeniedException",
}


def sign_in_refusals(credentials: str, *, region: str, wrong_region: str) -> tuple[Refusal, ...]:
    """The rows about credentials and regions; the arguments are the remedies, in the words of the command's options."""
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
    """The first row that fits (None if none does), and the error's code, or its class if no service answered."""
    code, message = code_of(error, aliases), said(error).lower()
    names = [code] if code else [kind.__name__ for kind in type(error).__mro__]
    fitting = (row for row in rows if row.code in names and row.sign in message)
    return next(fitting, None), names[0]


def code_of(error: BaseException, aliases: Mapping[str, str] = ALIASES) -> str | None:
    """The code of an error that a service answered with; None for one that arose here."""
    code = _detail(error).get("Code")
    return None if code is None else aliases.get(str(code), str(code))


def said(error: BaseException) -> str:
    """The service's own words, or botocore's."""
    response = getattr(error, "response", None)
    reason = response.get("Reason") if isinstance(response, dict) else None
    words = _detail(error).get("Message") or str(error)
    return " ".join(f"{reason}: {words}".split() if reason else str(words).split())[:SAID_LENGTH]


def _detail(error: BaseException) -> dict[str, Any]:
    response: Any = getattr(error, "response", None)
    detail = response.get("Error") if isinstance(response, dict) else None
    return detail if isinstance(detail, dict) else {}
