"""The table of what Bedrock and botocore refuse, with the remedies; docs/bedrock.md shows it."""

from __future__ import annotations

from rewardlab.cloud import refusal
from rewardlab.cloud.refusal import ALIASES, Refusal, find_refusal, said, sign_in_refusals
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


#: The first row that matches is used, so a row with a sign stands before the row with the same code and no sign.
REFUSALS = (
    *sign_in_refusals(
        CREDENTIALS,
        region="give --engine-option region=us-east-1, or set AWS_REGION",
        wrong_region="give --engine-option region=us-east-1",
    ),
    Refusal("ReadTimeoutError", "no answer in time", "raise --engine-option timeout=SECONDS, or lower --max-tokens"),
    Refusal("ConnectionError", "no connection", "check the network, the region and --engine-option endpoint_url=URL"),
    Refusal("HTTPClientError", "no answer", "check the network, the region and --engine-option endpoint_url=URL"),
    Refusal(
        "ParamValidationError", "boto3 refuses the request", "update boto3, or check --engine-option additional_fields"
    ),
    Refusal(
        "AccessDeniedException",
        "no access to the model",
        "request it in the Bedrock console (Model access) of this region; third-party models also need a Marketplace "
        "subscription",
        sign="access to the model",
    ),
    Refusal("AccessDeniedException", "not allowed", "grant bedrock:InvokeModel on the model and its inference profile"),
    Refusal("ResourceNotFoundException", "the model is not there, or at its end of life", REGION),
    Refusal("ValidationException", "the model is not served on demand", PROFILE, sign="on-demand throughput"),
    Refusal("ValidationException", "no such model in this region", REGION, sign="model identifier is invalid"),
    Refusal(
        "ValidationException",
        "the account may not use it",
        "ask AWS support: new accounts have no quota for some models",
        sign="operation not allowed",
    ),
    *(
        Refusal(
            "ValidationException",
            TOO_LONG,
            "shorten or delete the prompt, or lower --max-tokens",
            sign=sign,
        )
        for sign in ("too long", "context", "too many input tokens", "exceeds the maximum", "exceeds the model limit")
    ),
    Refusal("ValidationException", "Bedrock refuses the request", "change what it names"),
    Refusal(
        "ServiceQuotaExceededException", "a quota is used up", "raise it in Service Quotas (Amazon Bedrock), or wait"
    ),
    Refusal(
        "ThrottlingException", "the tokens of the day are used up", "go on tomorrow: the run resumes", sign="per day"
    ),
    Refusal("ThrottlingException", "still throttled after all retries", LATER),
    Refusal("ModelNotReadyException", "the model is still being loaded", "run again in some minutes: the run resumes"),
    Refusal("ModelTimeoutException", "the model took too long", f"lower --max-tokens; or {LATER}"),
    Refusal("ModelErrorException", "the model failed", LATER),
    Refusal("InternalServerException", "Bedrock still fails after all retries", LATER),
    Refusal("ServiceUnavailableException", "Bedrock is still unavailable after all retries", LATER),
)
#: Other codes that AWS uses for the same errors.
NAMES = {**ALIASES, "TooManyRequestsException": "ThrottlingException"}


def code_of(error: BaseException) -> str | None:
    """The error code in the service's answer; None for an error raised on this machine."""
    return refusal.code_of(error, NAMES)


def bedrock_failure(error: BaseException, *, model: str, where: str | None) -> EngineError:
    """Turn an exception of botocore into an EngineError; `where` names the request's prompt, None if there is none."""
    row, code = find_refusal(error, REFUSALS, NAMES)
    message, asked = said(error), f"bedrock:{model}"
    if row is None:
        return EngineError(f"Bedrock gave no response ({code}: {message})", where=asked, do=LATER)
    of_the_prompt = code == "ValidationException" and row.do not in (PROFILE, REGION)
    kind = TooLongError if row.what == TOO_LONG else EngineError
    return kind(f"{row.what} ({message})", where=(where if of_the_prompt else None) or asked, do=row.do)
