"""What AWS Lambda, S3, STS and botocore refuse, and what to do about it: the table of docs/deploy.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rewardlab.errors import CloudError, RewardlabError

CREDENTIALS = (
    "sign in (aws sso login, aws configure), or set AWS_PROFILE, or name one with --profile where there is one"
)
REGION = "name one with --region where there is such an option, or set AWS_REGION"
NETWORK = "check the network, the region and the endpoint (--endpoint-url, AWS_ENDPOINT_URL)"
LATER = "run the same command again"
#: The names AWS gives to being asked too much.
THROTTLED = frozenset(
    {
        "TooManyRequestsException",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "SlowDown",
        "EC2ThrottledException",
    }
)
ROLE_NOT_READY = "cannot be assumed by lambda"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row: an error's code or class, a sign in its message where the code means several things, the remedy."""

    code: str
    what: str
    do: str
    sign: str = ""


#: The first row that fits is told; a sign comes before the row of its code alone.
REFUSALS = (
    Refusal("NoCredentialsError", "no AWS credentials", CREDENTIALS),
    Refusal("PartialCredentialsError", "half of the AWS credentials are missing", CREDENTIALS),
    Refusal("CredentialRetrievalError", "the AWS credentials cannot be fetched", CREDENTIALS),
    Refusal("UnauthorizedSSOTokenError", "the AWS sign-in has expired", CREDENTIALS),
    Refusal("SSOTokenLoadError", "the AWS sign-in has expired", CREDENTIALS),
    Refusal("TokenRetrievalError", "the AWS sign-in has expired", CREDENTIALS),
    Refusal("ProfileNotFound", "no such AWS profile", "name one of `aws configure list-profiles`"),
    Refusal("NoRegionError", "no AWS region", REGION),
    Refusal("InvalidRegionError", "that is no AWS region", REGION),
    Refusal("ValueError", "that is no endpoint", "give a URL: https://HOST", sign="invalid endpoint"),
    Refusal("ReadTimeoutError", "no answer in time", LATER),
    Refusal("ConnectionError", "no connection", NETWORK),
    Refusal("HTTPClientError", "no answer", NETWORK),
    Refusal("ParamValidationError", "boto3 refuses the request", "change what it names, or update boto3"),
    Refusal("ExpiredTokenException", "the AWS credentials have expired", CREDENTIALS),
    Refusal("UnrecognizedClientException", "AWS does not know these credentials", CREDENTIALS),
    Refusal(
        "InvalidSignatureException", "AWS refuses the signature", f"check the secret key and the clock; {CREDENTIALS}"
    ),
    Refusal(
        "AccessDeniedException",
        "the role is another account's",
        "name a role of the account whose credentials are used, or use that account's",
        sign="cross-account pass role",
    ),
    Refusal("AccessDeniedException", "not allowed", "ask the account's administrator for {permission}"),
    Refusal(
        "ResourceNotFoundException",
        "there is no such function, version or alias",
        "check the name, the region and the account; deploy it with rewardlab deploy",
    ),
    Refusal("ResourceConflictException", "another update is in progress", LATER, sign="in progress"),
    Refusal("ResourceConflictException", "another update is in progress", LATER, sign="pending"),
    Refusal("ResourceConflictException", "somebody else made it at the same time", LATER, sign="already exist"),
    Refusal("ResourceConflictException", "the function is not in a state for this", LATER),
    Refusal("PreconditionFailedException", "somebody else changed it meanwhile", LATER),
    Refusal(
        "InvalidParameterValueException",
        "Lambda may not assume the role",
        "give the role the trust policy that --dry-run prints; a new role takes some seconds more",
        sign=ROLE_NOT_READY,
    ),
    Refusal(
        "InvalidParameterValueException",
        "too large unpacked",
        "split the dependencies off (rewardlab package --layer), or deploy a container image",
        sign="unzipped size",
    ),
    Refusal(
        "InvalidParameterValueException",
        "the account has too few concurrent invocations left",
        "reserve fewer, or raise the quota in Service Quotas (Lambda, concurrent executions)",
        sign="unreservedconcurrentexecution",
    ),
    Refusal("InvalidParameterValueException", "Lambda refuses a setting", "change what it names"),
    Refusal("ValidationException", "Lambda refuses a setting", "change what it names"),
    Refusal("RequestEntityTooLargeException", "too large for a direct upload", "go through S3: --s3-bucket BUCKET"),
    Refusal("RequestTooLargeException", "the event is larger than 6 MB", "lower the batch size"),
    Refusal("CodeStorageExceededException", "the account's code storage is full", "delete old versions of functions"),
    Refusal(
        "TooManyRequestsException",
        "throttled: the function's own reserved concurrency is used up",
        "raise it: rewardlab deploy --reserved-concurrency N",
        sign="reservedfunctionconcurrent",
    ),
    Refusal("TooManyRequestsException", "still throttled after all retries", f"wait, then {LATER}"),
    Refusal("NoSuchBucket", "no such bucket", "make it (aws s3 mb), in the function's region"),
    Refusal("PermanentRedirect", "the bucket lies in another region", "name a bucket in the function's region"),
    Refusal("KMSAccessDeniedException", "the key of the environment may not be used", "grant kms:Decrypt on it"),
    Refusal("ServiceException", "Lambda still fails after all retries", LATER),
    Refusal("ServiceUnavailableException", "AWS is still unavailable after all retries", LATER),
)
#: Other names by which AWS says the same.
ALIASES = {
    "ExpiredToken": "ExpiredTokenException",
    "RequestExpired": "ExpiredTokenException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "InvalidAccessKeyId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "AccessDenied": "AccessDeniedException",
    "403": "AccessDeniedException",
    "413": "RequestEntityTooLargeException",
    **dict.fromkeys(THROTTLED, "TooManyRequestsException"),
}
#: `... is not authorized to perform: ACTION on resource: RESOURCE because ...`
DENIED = re.compile(r"perform: (?P<action>[\w:]+)(?: on resource: (?P<resource>\S+))?")


def code_of(error: BaseException) -> str | None:
    """The code of an error that a service answered with; None for one that arose here."""
    code = _detail(error).get("Code")
    return None if code is None else ALIASES.get(str(code), str(code))


def said(error: BaseException) -> str:
    """The service's own words, or botocore's."""
    reason = getattr(error, "response", None)
    extra = reason.get("Reason") if isinstance(reason, dict) else None
    words = _detail(error).get("Message") or str(error)
    return " ".join(f"{extra}: {words}".split() if extra else str(words).split())[:400]


def failure(
    error: BaseException, *, where: str, raises: type[RewardlabError] = CloudError, allowed: str = "it"
) -> RewardlabError:
    """The error of the class `raises` for what botocore raised; `allowed` names the permission a bare refusal lacks."""
    code, message = code_of(error), said(error)
    names = [code] if code else [kind.__name__ for kind in type(error).__mro__]
    for row in REFUSALS:
        if row.code in names and row.sign in message.lower():
            return raises(
                f"{row.what} ({message})", where=where, do=row.do.format(permission=_lacking(message, allowed))
            )
    return raises(f"AWS refuses or does not answer ({code or names[0]}: {message})", where=where, do=LATER)


def _lacking(message: str, allowed: str) -> str:
    found = DENIED.search(message)
    if found is None:
        return allowed
    return found["action"] + (f" on {found['resource']}" if found["resource"] else "")


def _detail(error: BaseException) -> dict[str, Any]:
    response: Any = getattr(error, "response", None)
    detail = response.get("Error") if isinstance(response, dict) else None
    return detail if isinstance(detail, dict) else {}
