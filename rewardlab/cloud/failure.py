"""The table of what AWS Lambda, S3, STS and botocore refuse, with the remedies; docs/deploy.md shows it."""

from __future__ import annotations

import re

from rewardlab.cloud import refusal
from rewardlab.cloud.refusal import ALIASES, Refusal, find_refusal, said, sign_in_refusals
from rewardlab.errors import CloudError, RewardlabError

CREDENTIALS = (
    "sign in (aws sso login, aws configure), or set AWS_PROFILE, or name one with --profile where there is one"
)
REGION = "name one with --region where there is such an option, or set AWS_REGION"
NETWORK = "check the network, the region and the endpoint (--endpoint-url, AWS_ENDPOINT_URL)"
LATER = "run the same command again"
#: AWS's error codes for throttling.
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


#: The first row that matches is used, so a row with a sign stands before the row with the same code and no sign.
REFUSALS = (
    *sign_in_refusals(CREDENTIALS, region=REGION, wrong_region=REGION),
    Refusal("ValueError", "that is no endpoint", "give a URL: https://HOST", sign="invalid endpoint"),
    Refusal("ReadTimeoutError", "no answer in time", LATER),
    Refusal("ConnectionError", "no connection", NETWORK),
    Refusal("HTTPClientError", "no answer", NETWORK),
    Refusal("ParamValidationError", "boto3 refuses the request", "change what it names, or update boto3"),
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
#: Other codes that AWS uses for the same errors.
NAMES = {
    **ALIASES,
    "403": "AccessDeniedException",
    "413": "RequestEntityTooLargeException",
    **dict.fromkeys(THROTTLED, "TooManyRequestsException"),
}
#: `... is not authorized to perform: ACTION on resource: RESOURCE because ...`
DENIED = re.compile(r"perform: (?P<action>[\w:]+)(?: on resource: (?P<resource>\S+))?")


def code_of(error: BaseException) -> str | None:
    """The error code in a service's answer; None for an error raised on this machine."""
    return refusal.code_of(error, NAMES)


def failure(
    error: BaseException, *, where: str, raises: type[RewardlabError] = CloudError, allowed: str = "it"
) -> RewardlabError:
    """Turn an exception of botocore into one of the class `raises`.

    `allowed` is the permission to name in the remedy when AWS's message does not name the missing one.
    """
    row, code = find_refusal(error, REFUSALS, NAMES)
    message = said(error)
    if row is None:
        return raises(f"AWS refuses or does not answer ({code}: {message})", where=where, do=LATER)
    return raises(f"{row.what} ({message})", where=where, do=row.do.format(permission=_lacking(message, allowed)))


def _lacking(message: str, allowed: str) -> str:
    found = DENIED.search(message)
    if found is None:
        return allowed
    return found["action"] + (f" on {found['resource']}" if found["resource"] else "")
