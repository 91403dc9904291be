"""What Bedrock and botocore refuse, and what to do about it: the table of docs/bedrock.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rewardlab.errors import EngineError, TooLongError

TOO_LONG = "too long for the model's context"
LATER = "run again later, the run directory resumes; or lower --engine-option concurrency=N"
CREDENTIALS = (
    "sign in (aws sso login, aws configure), set AWS_PROFILE or AWS_BEARER_TOKEN_BEDROCK, or give "
    "--engine-option profile=NAME"
)
REGION = "check the id (aws bedrock list-foundation-models, list-inference-profiles) and --engine-option region=REGION"
PROFILE = (
    "name an inference profile instead: the same id with us., eu., apac. or global. before it "
    "(aws bedrock list-inference-profiles)"
)


@dataclass(frozen=True, slots=True)
class Case:
    """One row: an error's code or class, a sign in its message where the code means several things, the remedy."""

    code: str
    what: str
    do: str
    sign: str = ""


#: The first row that fits is told; a sign comes before the row of its code alone.
CASES = (
    Case("NoCredentialsError", "no AWS credentials", CREDENTIALS),
    Case("PartialCredentialsError", "half of the AWS credentials are missing", CREDENTIALS),
    Case("CredentialRetrievalError", "the AWS credentials cannot be fetched", CREDENTIALS),
    Case("UnauthorizedSSOTokenError", "the AWS sign-in has expired", CREDENTIALS),
    Case("SSOTokenLoadError", "the AWS sign-in has expired", CREDENTIALS),
    Case("TokenRetrievalError", "the AWS sign-in has expired", CREDENTIALS),
    Case("ProfileNotFound", "no such AWS profile", "name one of `aws configure list-profiles`"),
    Case("NoRegionError", "no AWS region", "give --engine-option region=us-east-1, or set AWS_REGION"),
    Case("InvalidRegionError", "that is no AWS region", "give --engine-option region=us-east-1"),
    Case("ReadTimeoutError", "no answer in time", "raise --engine-option timeout=SECONDS, or lower --max-tokens"),
    Case("ConnectionError", "no connection", "check the network, the region and --engine-option endpoint_url=URL"),
    Case("HTTPClientError", "no answer", "check the network, the region and --engine-option endpoint_url=URL"),
    Case(
        "ParamValidationError", "boto3 refuses the request", "update boto3, or check --engine-option additional_fields"
    ),
    Case("ExpiredTokenException", "the AWS credentials have expired", CREDENTIALS),
    Case("UnrecognizedClientException", "AWS does not know these credentials", CREDENTIALS),
    Case(
        "InvalidSignatureException", "AWS refuses the signature", f"check the secret key and the clock; {CREDENTIALS}"
    ),
    Case(
        "AccessDeniedException",
        "no access to the model",
        "request it in the Bedrock console (Model access) of this region; third-party models also need a Marketplace "
        "subscription",
        sign="access to the model",
    ),
    Case("AccessDeniedException", "not allowed", "grant bedrock:InvokeModel on the model and its inference profile"),
    Case("ResourceNotFoundException", "the model is not there, or at its end of life", REGION),
    Case("ValidationException", "the model is not served on demand", PROFILE, sign="on-demand throughput"),
    Case("ValidationException", "no such model in this region", REGION, sign="model identifier is invalid"),
    Case(
        "ValidationException",
        "the account may not use it",
        "ask AWS support: new accounts have no quota for some models",
        sign="operation not allowed",
    ),
    *(
        Case(
            "ValidationException",
            TOO_LONG,
            "shorten or delete the prompt, or lower --max-tokens",
            sign=sign,
        )
        for sign in ("too long", "context", "too many input tokens", "exceeds the maximum", "exceeds the model limit")
    ),
    Case("ValidationException", "Bedrock refuses the request", "change what it names"),
    Case("ServiceQuotaExceededException", "a quota is used up", "raise it in Service Quotas (Amazon Bedrock), or wait"),
    Case("ThrottlingException", "the tokens of the day are used up", "go on tomorrow: the run resumes", sign="per day"),
    Case("ThrottlingException", "still throttled after all retries", LATER),
    Case("ModelNotReadyException", "the model is still being loaded", "run again in some minutes: the run resumes"),
    Case("ModelTimeoutException", "the model took too long", f"lower --max-tokens; or {LATER}"),
    Case("ModelErrorException", "the model failed", LATER),
    Case("InternalServerException", "Bedrock still fails after all retries", LATER),
    Case("ServiceUnavailableException", "Bedrock is still unavailable after all retries", LATER),
)
#: Other names by which AWS says the same.
ALIASES = {
    "ExpiredToken": "ExpiredTokenException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "AccessDenied": "AccessDeniedException",
    "TooManyRequestsException": "ThrottlingException",
}


def code_of(error: BaseException) -> str | None:
    """The code of an error that the service answered with; None for one that arose here."""
    response = getattr(error, "response", None)
    detail = response.get("Error") if isinstance(response, dict) else None
    code = detail.get("Code") if isinstance(detail, dict) else None
    return None if code is None else ALIASES.get(str(code), str(code))


def said(error: Any) -> str:
    """The service's own words, or botocore's."""
    response = getattr(error, "response", None)
    detail = response.get("Error") if isinstance(response, dict) else None
    message = detail.get("Message") if isinstance(detail, dict) else None
    return " ".join(str(message or error).split())[:300]


def bedrock_failure(error: BaseException, *, model: str, where: str | None) -> EngineError:
    """The EngineError for what botocore raised; `where` names the prompt whose request it was, None before any."""
    code, message = code_of(error), said(error)
    names = [code] if code else [kind.__name__ for kind in type(error).__mro__]
    for case in CASES:
        if case.code in names and case.sign in message.lower():
            shown = where if code == "ValidationException" and case.do not in (PROFILE, REGION) else f"bedrock:{model}"
            kind = TooLongError if case.what == TOO_LONG else EngineError
            return kind(f"{case.what} ({message})", where=shown or f"bedrock:{model}", do=case.do)
    return EngineError(f"Bedrock gave no response ({code or names[0]}: {message})", where=f"bedrock:{model}", do=LATER)
