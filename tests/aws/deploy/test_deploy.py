"""Functions are created and updated against moto's server, over HTTP, and nothing changes that was not asked for."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import jsonschema
import pytest

import rewardlab
from rewardlab.aws.deploy.configuration import Wanted, plan_of
from rewardlab.aws.deploy.upload import Upload
from rewardlab.errors import CloudError
from rewardlab.packages.manifest import NAME, PackageManifest
from rewardlab.reports.deployment import DeploymentReport
from rewardlab.reports.section import json_schema
from tests.aws.conftest import ROLE, client

pytestmark = pytest.mark.process


@pytest.fixture
def package(tmp_path: Path):
    """Write a package that holds this text as its code."""

    def write(code: str = "1", **manifest: object) -> Path:
        path = tmp_path / f"reward-{abs(hash(code))}.zip"
        values = {
            "rewardlab": "0",
            "platform": "hyperpod",
            "reward": "reward.py",
            "entry": "score",
            "kind": "plain",
            "source_sha256": "0" * 64,
            "files": {},
            "python": "3.12",
            "architecture": "x86_64",
            "requirements": (),
        }
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(zipfile.ZipInfo("lambda_function.py"), code)
            archive.writestr(zipfile.ZipInfo(NAME), PackageManifest(**{**values, **manifest}).to_json())
        return path

    return write


def facts(url: str, name: str = "my-SageMaker-reward") -> dict:
    return client("lambda", url).get_function_configuration(FunctionName=name)


def test_a_new_function_has_what_was_asked_and_working_bounds(deploy, package, url):
    code, out, err = deploy(package(), "--role", ROLE, "--env", "JUDGE=nova", "--memory", 1769)
    assert (code, err, out["created"]) == (0, "", True)
    assert out["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:my-SageMaker-reward"
    held = facts(url)
    assert {key: held[key] for key in ("Runtime", "Handler", "Timeout", "MemorySize", "Role", "Architectures")} == {
        "Runtime": "python3.12",
        "Handler": "lambda_function.lambda_handler",
        "Timeout": 60,
        "MemorySize": 1769,
        "Role": ROLE,
        "Architectures": ["x86_64"],
    }
    assert held["Environment"]["Variables"] == {"JUDGE": "nova"}
    assert held["CodeSha256"] == Upload.of(package()).code_sha256


def test_a_new_function_needs_a_role(deploy, package):
    code, _, err = deploy(package())
    assert code == 2
    assert "a new one needs a role; give --role arn:aws:iam::ACCOUNT:role/NAME" in err


def test_the_same_again_changes_nothing(deploy, package, url):
    deploy(package(), "--role", ROLE, "--publish")
    before = facts(url)
    code, out, _ = deploy(package(), "--role", ROLE, "--publish")
    assert (code, out["changes"], out["version"]) == (0, [], "1")
    assert facts(url)["LastModified"] == before["LastModified"]


def test_an_update_touches_only_what_was_asked(deploy, package, url):
    deploy(package(), "--role", ROLE, "--env", "ONE=1", "--timeout", 90)
    client("lambda", url).update_function_configuration(FunctionName="my-SageMaker-reward", Description="mine")
    _, out, _ = deploy(package("2"), "--env", "TWO=2")
    assert [change["setting"] for change in out["changes"]] == ["variable TWO", "code"]
    held = facts(url)
    assert (held["Description"], held["Timeout"], held["MemorySize"]) == ("mine", 90, 512)
    assert held["Environment"]["Variables"] == {"ONE": "1", "TWO": "2"}
    assert held["CodeSha256"] == Upload.of(package("2")).code_sha256


def test_a_dry_run_tells_the_difference_and_makes_none(deploy, package, url):
    deploy(package(), "--role", ROLE)
    before = facts(url)
    _, out, _ = deploy(package("2"), "--timeout", 120, "--reserved-concurrency", 12, "--dry-run")
    assert {"setting": "timeout (s)", "before": "60", "after": "120"} in out["changes"]
    assert {one["setting"] for one in out["changes"]} == {"timeout (s)", "code", "reserved concurrency"}
    assert {**facts(url), "ResponseMetadata": 0} == {**before, "ResponseMetadata": 0}


def test_what_is_printed_meets_its_shipped_schema(deploy, package):
    schema = json.loads((Path(rewardlab.__file__).parent / "schemas" / "deployment-1.json").read_text())
    assert schema == json_schema(DeploymentReport), "run docs/write_schemas.py"
    for options in (("--role", ROLE, "--dry-run"), ("--role", ROLE, "--alias", "live")):
        jsonschema.validate(deploy(package(), *options)[1], schema)


def test_a_dry_run_of_a_new_function_tells_its_arn(deploy, package, url):
    _, out, _ = deploy(package(), "--role", ROLE, "--dry-run")
    assert (out["created"], out["arn"]) == (
        True,
        "arn:aws:lambda:us-east-1:123456789012:function:my-SageMaker-reward",
    )
    with pytest.raises(client("lambda", url).exceptions.ResourceNotFoundException):
        facts(url)


def test_a_version_is_published_and_an_alias_follows(deploy, package, url):
    _, first, _ = deploy(package(), "--role", ROLE, "--alias", "live")
    _, second, _ = deploy(package("2"), "--alias", "live")
    assert (first["version"], second["version"]) == ("1", "2")
    alias = client("lambda", url).get_alias(FunctionName="my-SageMaker-reward", Name="live")
    assert alias["FunctionVersion"] == "2"
    assert second["policies"]["trainer"]["Statement"][0]["Resource"] == [second["arn"], f"{second['arn']}:live"]


def test_concurrency_is_reserved_when_it_is_asked_for(deploy, package, url):
    deploy(package(), "--role", ROLE)
    assert "ReservedConcurrentExecutions" not in client("lambda", url).get_function_concurrency(
        FunctionName="my-SageMaker-reward"
    )
    deploy(package(), "--reserved-concurrency", 12)
    held = client("lambda", url).get_function_concurrency(FunctionName="my-SageMaker-reward")
    assert held["ReservedConcurrentExecutions"] == 12


def test_a_zip_can_go_through_a_bucket(deploy, package, url):
    path = package()
    code, _, _ = deploy(path, "--role", ROLE, "--s3-bucket", "zips")
    assert code == 0
    (held,) = client("s3", url).list_objects_v2(Bucket="zips")["Contents"]
    assert held["Key"] == Upload.of(path).key
    code, _, err = deploy(package("2"), "--s3-bucket", "no-such-bucket-here")
    assert code == 2
    assert "s3://no-such-bucket-here: no such bucket" in err


def test_a_role_of_another_account_is_told_before_anything_is_sent(deploy, package):
    code, _, err = deploy(package(), "--role", "arn:aws:iam::999999999999:role/rewards")
    assert code == 2
    assert "of the account 999999999999, the credentials are of 123456789012" in err


def test_a_proof_gives_timeout_and_memory_and_an_option_goes_over_it(deploy, package, url, tmp_path):
    proof = tmp_path / "proof.json"
    recommended = {"timeout_s": 33, "memory_mb": 320}
    proof.write_text(json.dumps({"schema": "rewardlab.proof/1", "recommended": recommended}))
    deploy(package(), "--role", ROLE, "--proof", proof, "--memory", 640)
    assert (facts(url)["Timeout"], facts(url)["MemorySize"]) == (33, 640)


def test_an_image_is_not_replaced_by_a_zip():
    wanted = Wanted("f", "x", "python3.12", "h", "x86_64")
    with pytest.raises(CloudError, match="container image"):
        plan_of(wanted, {"PackageType": "Image"})


def test_an_environment_that_cannot_be_read_is_not_written_over():
    wanted = Wanted("f", "x", "python3.12", "h", "x86_64", environment={"A": "1"})
    held = {"Environment": {"Error": {"ErrorCode": "KMSAccessDenied", "Message": "no kms:Decrypt"}}}
    with pytest.raises(CloudError, match=r"nothing can be added to it \(no kms:Decrypt\)"):
        plan_of(wanted, held)


def test_a_layer_replaces_its_older_version_and_no_other():
    layer = "arn:aws:lambda:us-east-1:123456789012:layer:"
    held = {"Layers": [{"Arn": f"{layer}other:3"}, {"Arn": f"{layer}deps:1"}]}
    wanted = Wanted("f", "x", "python3.12", "h", "x86_64", layer=f"{layer}deps:2")
    assert plan_of(wanted, held).parameters["Layers"] == [f"{layer}other:3", f"{layer}deps:2"]


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("AWS_REGION=eu-north-1", "Lambda keeps AWS_REGION for itself"),
        ("AWS_SECRET_ACCESS_KEY=x", "grant its role what it needs"),
        ("9x=1", "Lambda takes no variable '9x'"),
    ],
)
def test_a_variable_that_lambda_keeps_is_told_before_anything_is_sent(deploy, package, pair, told):
    code, _, err = deploy(package(), "--role", ROLE, "--env", pair, "--dry-run")
    assert code == 2
    assert told in err
