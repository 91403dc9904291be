"""The zip of a package's dependencies becomes a layer version, one for the same bytes, and the function imports it."""

from __future__ import annotations

import json
import zipfile

import pytest

from rewardlab.aws.deploy.layer import LayerZip, find_version
from rewardlab.aws.deploy.upload import Upload
from tests.aws.conftest import ROLE, client

pytestmark = pytest.mark.process

NAME = "my-SageMaker-reward-dependencies"
VERSION = f"arn:aws:lambda:us-east-1:123456789012:layer:{NAME}:"
CODE = "import beside\ndef lambda_handler(event, context): return beside.VALUE"


def value(number: int) -> dict[str, bytes]:
    return {"python/beside.py": f"VALUE = {number}".encode()}


def settings(told: dict) -> list[str]:
    return [change["setting"] for change in told["changes"]]


def called(url: str) -> object:
    return json.loads(client("lambda", url).invoke(FunctionName="my-SageMaker-reward")["Payload"].read())


def test_a_layer_zip_is_published_once_for_the_same_bytes_and_the_function_imports_it(
    deploy, write_package, url, tmp_path
):
    layer = ("--layer", tmp_path / "layer.zip")
    _, first, _ = deploy(write_package(CODE, layer=value(7)), "--role", ROLE, *layer)
    assert f"layer {NAME}" in settings(first)
    assert {"setting": "layers", "before": None, "after": f"{VERSION}1"} in first["changes"]
    assert called(url) == 7
    _, again, _ = deploy(write_package(CODE, layer=value(7)), *layer)
    assert again["changes"] == []
    _, other, _ = deploy(write_package(CODE, layer=value(8)), *layer)
    assert {"setting": "layers", "before": f"{VERSION}1", "after": f"{VERSION}2"} in other["changes"]
    assert called(url) == 8
    _, back, _ = deploy(write_package(CODE, layer=value(7)), *layer)
    assert {"setting": "layers", "before": f"{VERSION}2", "after": f"{VERSION}1"} in back["changes"]
    assert called(url) == 7
    (held,) = client("lambda", url).list_layers()["Layers"]
    assert held["LatestMatchingVersion"]["Version"] == 2


def test_a_dry_run_tells_of_the_layer_and_publishes_none(deploy, write_package, url, tmp_path):
    package = write_package(CODE, layer=value(7))
    _, told, _ = deploy(package, "--role", ROLE, "--layer", tmp_path / "layer.zip", "--dry-run")
    sha = Upload.of(tmp_path / "layer.zip").sha256.hex()
    published = {"setting": f"layer {NAME}", "before": None, "after": f"a version of layer.zip, sha256 {sha[:12]}..."}
    assert published in told["changes"]
    assert {"setting": "layers", "before": None, "after": f"{VERSION}(new)"} in told["changes"]
    assert client("lambda", url).list_layers()["Layers"] == []


def test_a_layer_goes_through_the_bucket_too(deploy, write_package, url, tmp_path):
    package = write_package(CODE, layer=value(7))
    code, _, err = deploy(package, "--role", ROLE, "--layer", tmp_path / "layer.zip", "--s3-bucket", "zips")
    assert (code, err) == (0, "")
    held = {one["Key"] for one in client("s3", url).list_objects_v2(Bucket="zips")["Contents"]}
    assert held == {Upload.of(path).key for path in (package, tmp_path / "layer.zip")}
    assert called(url) == 7


def test_a_version_that_only_says_it_holds_the_zip_is_not_taken(url, write_package, tmp_path):
    write_package(CODE, layer=value(7))
    layer = LayerZip(NAME, Upload.of(tmp_path / "layer.zip"), "python3.11", "x86_64")
    lambda_ = client("lambda", url)
    with zipfile.ZipFile(tmp_path / "liar.zip", "w") as liar:
        liar.writestr("python/beside.py", "VALUE = 0")
    content = {"ZipFile": (tmp_path / "liar.zip").read_bytes()}
    lambda_.publish_layer_version(LayerName=NAME, Description=layer.description, Content=content)
    assert find_version(lambda_, layer) is None
    content = {"ZipFile": layer.upload.path.read_bytes()}
    lambda_.publish_layer_version(Content=content, **layer.parameters)
    assert find_version(lambda_, layer) == f"{VERSION}2"


@pytest.mark.parametrize(
    ("layer", "file", "told"),
    [
        (None, "layer.zip", "the package has no layer"),
        (value(7), "package.zip", "is another layer than the package's"),
        (value(7), "none.zip", "cannot be read"),
        (value(7), None, "give --layer layer.zip, or the ARN of a layer version"),
    ],
)
def test_another_zip_than_the_packages_layer_is_refused_before_anything_is_sent(
    deploy, write_package, tmp_path, layer, file, told
):
    package = write_package(CODE, layer=layer)
    option = () if file is None else ("--layer", tmp_path / file)
    code, _, err = deploy(package, "--role", ROLE, *option)
    assert code == 2
    assert told in err
