"""What AWS refuses is told in words that say what to do, and asked again where that helps."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("boto3", reason="boto3 comes with the aws extra")
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, NoRegionError
from botocore.stub import ANY, Stubber

from rewardlab.aws.deploy.configuration import Wanted
from rewardlab.aws.deploy.deployment import CONFLICT_SECONDS, Deployer
from rewardlab.aws.deploy.policies import execution_policy, trainer_policy
from rewardlab.aws.deploy.sizing import Sizing, read_sizing
from rewardlab.aws.deploy.upload import Upload
from rewardlab.cloud.failure import REFUSALS, failure
from rewardlab.cloud.session import Access, open_client
from rewardlab.errors import CloudError, InputError, UsageError

ROLE = "arn:aws:iam::123456789012:role/rewards"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
DENIED = (
    f"User: arn:aws:iam::1:user/me is not authorized to perform: lambda:UpdateFunctionCode on resource: {ARN} because"
)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    path = tmp_path / "reward.zip"
    path.write_bytes(b"code")
    return Upload.of(path)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def deployer(clock):
    with pytest.MonkeyPatch.context() as patch:  # a client looks for its credentials once, when it is made
        patch.setenv("AWS_ACCESS_KEY_ID", "x")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        made = Deployer(Access("us-east-1"), sleep=clock.sleep, clock=clock)
    yield made
    made.close()


@pytest.fixture
def stubbed(deployer, clock):
    """A deployer whose Lambda answers as told."""
    clock.now = 0.0
    with Stubber(deployer._lambda) as stubber:
        yield deployer, stubber


def held(upload: Upload | None = None, **facts: object) -> dict:
    code = upload.code_sha256 if upload else "another"
    return {
        "FunctionName": "f",
        "FunctionArn": ARN,
        "CodeSha256": code,
        "Runtime": "python3.12",
        "Handler": "h",
        "Architectures": ["x86_64"],
        "RevisionId": "r1",
        "LastUpdateStatus": "Successful",
        **facts,
    }


def wanted(upload: Upload, **settings: object) -> Wanted:
    return Wanted("f", upload.code_sha256, "python3.12", "h", "x86_64", **settings)


def test_an_update_in_progress_is_waited_for(stubbed, upload, clock):
    deployer, stubber = stubbed
    stubber.add_response("get_function_configuration", held(upload))
    message = "The operation cannot be performed at this time. An update is in progress for resource: f"
    for _ in range(3):
        stubber.add_client_error("update_function_configuration", "ResourceConflictException", message, 409)
    asked = {"FunctionName": "f", "Timeout": 9, "RevisionId": "r1"}
    stubber.add_response("update_function_configuration", held(upload, Timeout=9), asked)
    stubber.add_response("get_function", {"Configuration": held(upload)})
    assert deployer.deploy(wanted(upload, timeout=9), upload).arn == ARN
    assert clock.now == 6.0
    stubber.assert_no_pending_responses()


def test_an_update_that_never_ends_is_told(stubbed, upload, clock):
    deployer, stubber = stubbed
    stubber.add_response("get_function_configuration", held())
    for _ in range(62):
        stubber.add_client_error("update_function_code", "ResourceConflictException", "An update is in progress", 409)
    with pytest.raises(CloudError, match=r"f: another update is in progress .*; run the same command again"):
        deployer.deploy(wanted(upload), upload)
    assert clock.now >= CONFLICT_SECONDS


def test_a_new_role_is_waited_for(stubbed, upload, clock, monkeypatch):
    deployer, stubber = stubbed
    monkeypatch.setattr(deployer, "_check_account", lambda role: None)  # it asks another service
    stubber.add_client_error("get_function_configuration", "ResourceNotFoundException", "Function not found", 404)
    message = "The role defined for the function cannot be assumed by Lambda."
    stubber.add_client_error("create_function", "InvalidParameterValueException", message, 400)
    stubber.add_response("create_function", held(upload))
    stubber.add_response("get_function", {"Configuration": held(upload, State="Active")})
    assert deployer.deploy(wanted(upload, role=ROLE), upload).plan.create
    assert clock.now == 2.0


def test_somebody_elses_change_meanwhile_is_not_overwritten(stubbed, upload):
    deployer, stubber = stubbed
    stubber.add_response("get_function_configuration", held(upload))
    message = "The Revision Id provided does not match the latest Revision Id."
    stubber.add_client_error("update_function_configuration", "PreconditionFailedException", message, 412)
    with pytest.raises(CloudError, match="somebody else changed it meanwhile"):
        deployer.deploy(wanted(upload, timeout=9), upload)


def test_an_update_that_fails_is_told_with_lambdas_reason(stubbed, upload):
    deployer, stubber = stubbed
    stubber.add_response("get_function_configuration", held())
    stubber.add_response(
        "update_function_code", held(upload), {"FunctionName": "f", "ZipFile": ANY, "Architectures": ["x86_64"]}
    )
    failed = held(upload, LastUpdateStatus="Failed", LastUpdateStatusReason="The key is disabled")
    stubber.add_response("get_function", {"Configuration": failed})
    with pytest.raises(CloudError, match=r"did not come into force \(The key is disabled\)"):
        deployer.deploy(wanted(upload), upload)


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("AccessDeniedException", DENIED, rf"not allowed .* administrator for lambda:UpdateFunctionCode on {ARN}"),
        ("AccessDeniedException", "no", "administrator for lambda:UpdateFunctionCode on f"),
        ("AccessDeniedException", "Cross-account pass role is not allowed.", "the role is another account's"),
        ("ExpiredTokenException", "The security token included in the request is expired", "have expired .*sign in"),
        ("UnrecognizedClientException", "The security token is invalid", "does not know these credentials"),
        (
            "InvalidAccessKeyId",
            "The AWS Access Key Id does not exist in our records.",
            "does not know these credentials",
        ),
        ("TooManyRequestsException", "Rate exceeded", "still throttled after all retries"),
        ("RequestEntityTooLargeException", "Request must be smaller than 70167211 bytes", "--s3-bucket"),
        ("InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes", "too large unpacked"),
        ("CodeStorageExceededException", "Code storage limit exceeded", "delete old versions"),
        ("ServiceException", "Internal error", "still fails after all retries"),
        ("BrandNewException", "what is this", r"BrandNewException: what is this\); run the same command again"),
    ],
)
def test_every_refusal_says_what_to_do(stubbed, upload, code, message, told):
    deployer, stubber = stubbed
    stubber.add_response("get_function_configuration", held())
    stubber.add_client_error("update_function_code", code, message)
    with pytest.raises(CloudError, match=told):
        deployer.deploy(wanted(upload), upload)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoCredentialsError(), "no AWS credentials .*aws configure"),
        (NoRegionError(), "no AWS region .*AWS_REGION"),
        (EndpointConnectionError(endpoint_url="http://x"), "no connection .*check the network"),
        (RuntimeError("a plug-in's own"), "RuntimeError: a plug-in's own"),
    ],
)
def test_what_fails_before_aws_is_told_too(error, told):
    with pytest.raises(CloudError, match=told):
        raise failure(error, where="f")


def test_no_region_is_told_before_anything_is_sent(monkeypatch, tmp_path):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(CloudError, match="no AWS region"):
        open_client("lambda", Access())
    with pytest.raises(CloudError, match="no such AWS profile"):
        open_client("lambda", Access(region="us-east-1", profile="nobody"))
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert open_client("lambda", Access()).meta.region_name == "eu-north-1"
    with pytest.raises(CloudError, match=r"that is no endpoint .*https://HOST"):
        open_client("lambda", Access(endpoint_url="nonsense"))


def test_the_page_lists_every_refusal():
    page = (Path(__file__).parents[3] / "docs" / "deploy.md").read_text()
    assert [row.what for row in REFUSALS if f"| {row.what} |" not in page] == []


def test_a_zip_above_50_mb_needs_a_bucket(tmp_path):
    path = tmp_path / "large.zip"
    path.write_bytes(bytes((50 << 20) + 1))
    with pytest.raises(UsageError, match=r"50 MB are too many .*--s3-bucket BUCKET"):
        Upload.of(path)
    assert Upload.of(path, bucket="b").size == (50 << 20) + 1


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("reward", "hyperpod wants one of SageMaker, sagemaker, Sagemaker in it"),
        ("SageMaker!", "letters, digits, - and _ only"),
        ("SageMaker" * 8, "72 characters, Lambda takes 64"),
    ],
)
def test_the_name_is_checked_before_anything_is_sent(run, tmp_path, name, why):
    manifest = {
        "schema": "rewardlab.package/1",
        "rewardlab": "0",
        "platform": "hyperpod",
        "reward": "reward.py",
        "entry": "score",
        "kind": "plain",
        "source_sha256": "",
        "files": {},
        "python": "3.12",
        "architecture": "x86_64",
        "requirements": [],
    }
    with zipfile.ZipFile(tmp_path / "reward.zip", "w") as archive:
        archive.writestr("rewardlab-manifest.json", json.dumps(manifest))
    code, _, err = run("deploy", "reward.zip", "--name", name, "--endpoint-url", "http://127.0.0.1:9")
    assert (code, why in err) == (2, True)


def test_a_functions_role_may_log_and_no_more_unless_a_model_is_named():
    (logs,) = execution_policy(ARN)["Statement"]
    assert logs["Action"] == ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f"
    assert logs["Resource"] == [group, f"{group}:*"]
    _, bedrock = execution_policy(ARN, models=["amazon.nova-lite-v1:0", "us.amazon.nova-pro-v1:0"])["Statement"]
    assert bedrock["Action"] == ["bedrock:InvokeModel"]
    assert bedrock["Resource"] == [
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0",
        "arn:aws:bedrock:*::foundation-model/amazon.nova-pro-v1:0",
    ]


def test_a_log_group_of_its_own_and_another_partition_are_kept():
    arn = "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f"
    (logs,) = execution_policy(arn, log_group="rewards")["Statement"]
    assert logs["Resource"][0] == "arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:rewards"


def test_what_is_no_model_is_refused():
    with pytest.raises(UsageError, match="--bedrock: 'nova' is no model"):
        execution_policy(ARN, models=["nova"])


def test_the_trainer_may_invoke_this_function_alone():
    (statement,) = trainer_policy(ARN)["Statement"]
    assert statement == {"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": [ARN]}


def test_a_proof_of_another_zip_is_refused(tmp_path):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps({"schema": "rewardlab.proof/1", "package": {"sha256": "a" * 64}, "recommended": {}}))
    assert read_sizing(path, "a" * 64) == Sizing()
    with pytest.raises(UsageError, match="proves another zip"):
        read_sizing(path, "b" * 64)


def test_a_zip_that_was_not_proven_is_not_sized_by_its_proof(tmp_path):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps({"schema": "rewardlab.proof/1", "verdict": "differs"}))
    with pytest.raises(UsageError, match="its verdict is 'differs'"):
        read_sizing(path, "a" * 64)


Json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["timeout_s", "memory_mb", "sha256"]), inner)
    ),
)


@given(recommended=Json, package=Json)
def test_any_proof_is_read_or_refused(tmp_path_factory, recommended, package):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps({"schema": "rewardlab.proof/1", "recommended": recommended, "package": package}))
    try:
        found = read_sizing(path, "a" * 64)
    except (InputError, UsageError):
        return
    assert found.timeout is None or 1 <= found.timeout <= 900
    assert found.memory_mb is None or 128 <= found.memory_mb <= 10_240
