"""The command `rewardlab deploy reward.zip --name my-SageMaker-reward`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from rewardlab.aws.deploy.configuration import Wanted
from rewardlab.aws.deploy.deployment import Deployed, Deployer
from rewardlab.aws.deploy.layer import LayerZip, read_layer
from rewardlab.aws.deploy.policies import TRUST, execution_policy, trainer_policy
from rewardlab.aws.deploy.sizing import Sizing, read_sizing
from rewardlab.aws.deploy.upload import Upload
from rewardlab.aws.package.deployable import refused_name
from rewardlab.aws.prove.variables import check_variables
from rewardlab.cloud.session import Access
from rewardlab.commands.options import add_options, put
from rewardlab.errors import UsageError
from rewardlab.packages.manifest import PackageManifest, read_manifest
from rewardlab.platforms import LAMBDA, find_platform
from rewardlab.reports.deployment import DeploymentReport, Policies, SettingChange
from rewardlab.reports.section import json_text

FILE = click.Path(path_type=Path)
FUNCTION = (
    click.option("--name", required=True, help="The function's name; some platforms want SageMaker in it."),
    click.option("--platform", metavar="PROFILE", help="The platform whose rule for names applies.  [the package's]"),
    click.option("--role", metavar="ARN", help="The function's execution role; a new function needs one."),
    click.option(
        "--timeout",
        type=click.IntRange(1, LAMBDA.most_seconds),
        metavar="SECONDS",
        help="The function's timeout.  [new: 60]",
    ),
    click.option(
        "--memory",
        type=click.IntRange(LAMBDA.least_memory_mb, LAMBDA.most_memory_mb),
        metavar="MB",
        help="The function's memory; 1,769 MB come with one CPU.  [new: 512]",
    ),
    click.option(
        "--proof", type=FILE, metavar="FILE", help="Take timeout and memory from this JSON of rewardlab prove."
    ),
    click.option("--env", multiple=True, metavar="NAME=VALUE", help="A variable to set; others are kept. Repeat."),
    click.option(
        "--layer",
        metavar="ARN|FILE.zip",
        help="A layer version to attach, or the zip that rewardlab package --layer wrote; other layers are kept.",
    ),
    click.option(
        "--reserved-concurrency", type=click.IntRange(0), metavar="N", help="Invocations at once, kept free for it."
    ),
)
VERSION = (
    click.option("--publish", is_flag=True, help="Publish a version of this code."),
    click.option("--alias", metavar="NAME", help="Point this alias at the published version."),
)
AWS = (
    click.option("--s3-bucket", metavar="BUCKET", help="Send the zip through this bucket; needed above 50 MB."),
    click.option(
        "--bedrock", multiple=True, metavar="MODEL", help="A model that the policy lets its judge call. Repeat."
    ),
    click.option("--region", help="The AWS region.  [AWS's own settings]"),
    click.option("--profile", help="The AWS profile.  [AWS's own settings]"),
    click.option("--endpoint-url", metavar="URL", help="Another endpoint for every AWS service."),
)
SHOWING = (
    click.option("--dry-run", is_flag=True, help="Only say what would be done."),
    click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True),
    click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE"),
)


@click.command("deploy")
@click.argument("package", type=FILE, metavar="ZIP")
@add_options(FUNCTION, VERSION, AWS, SHOWING)
def command(
    package: Path,
    *,
    name: str,
    platform: str | None,
    s3_bucket: str | None,
    region: str | None,
    profile: str | None,
    endpoint_url: str | None,
    bedrock: tuple[str, ...],
    alias: str | None,
    format_: str,
    output: Path | None,
    publish: bool,
    dry_run: bool,
    **settings: Any,
) -> int:
    """Create the Lambda function of ZIP, or update it, and print its ARN and the policies its roles need.

    What is not asked for stays as it is. Exit codes: 0 deployed (or would be), 2 refused.
    """
    manifest = read_manifest(package)
    if why := refused_name(name, find_platform(platform or manifest.platform)):
        raise UsageError(f"{name!r}: {why}", where="--name", do="choose another name")
    upload = Upload.of(package, bucket=s3_bucket)
    wanted = _wanted(name, manifest, upload, settings)
    layer = _layer(settings["layer"], manifest, name, s3_bucket)
    with closing(Deployer(Access(region, profile, endpoint_url))) as deployer:
        if dry_run:
            plan, current = deployer.look(wanted, layer)
            group = (current or {}).get("LoggingConfig", {}).get("LogGroup")
            deployed = Deployed(deployer.arn_of(name, current), plan, None, alias, group)
        else:
            deployed = deployer.deploy(wanted, upload, layer=layer, publish=publish, alias=alias)
    policies = _policies(deployed, bedrock)
    to_publish = dry_run and (publish or alias is not None)
    text = "\n".join(_lines(deployed, policies, dry_run=dry_run, to_publish=to_publish)) + "\n"
    put(_json(deployed, policies) if format_ == "json" else text, output)
    return 0


def _wanted(name: str, manifest: PackageManifest, upload: Upload, settings: Mapping[str, Any]) -> Wanted:
    proof = settings["proof"]
    proven = read_sizing(proof, upload.sha256.hex()) if proof is not None else Sizing()
    if manifest.layer is not None and settings["layer"] is None:
        raise UsageError(
            f"the package's dependencies lie in a layer of their own ({manifest.layer.name})",
            where="--layer",
            do=f"give --layer {manifest.layer.name}, or the ARN of a layer version that holds it",
        )
    return Wanted(
        name=name,
        code_sha256=upload.code_sha256,
        runtime=f"python{manifest.python}",
        handler=manifest.handler,
        architecture=manifest.architecture,
        role=settings["role"],
        timeout=settings["timeout"] or proven.timeout,
        memory_mb=settings["memory"] or proven.memory_mb,
        environment=_environment(settings["env"]),
        layer=settings["layer"] if _is_arn(settings["layer"]) else None,
        reserved_concurrency=settings["reserved_concurrency"],
    )


def _is_arn(layer: str | None) -> bool:
    return layer is not None and layer.startswith("arn:")


def _layer(given: str | None, manifest: PackageManifest, function: str, bucket: str | None) -> LayerZip | None:
    """The layer zip that was given; None if nothing was given, or the ARN of a layer version."""
    if given is None or _is_arn(given):
        return None
    return read_layer(Path(given), manifest, function=function, bucket=bucket)


def _environment(pairs: Sequence[str]) -> dict[str, str]:
    variables = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{name!r} is no variable with a value", where="--env", expected="NAME=VALUE")
        variables[name.strip()] = value
    check_variables(variables, role="grant its role what it needs: Lambda hands over the role's credentials")
    return variables


def _policies(deployed: Deployed, models: Sequence[str]) -> dict[str, Any]:
    return {
        "trust": TRUST,
        "function": execution_policy(deployed.arn, log_group=deployed.log_group, models=models),
        "trainer": trainer_policy(deployed.arn, qualifier=deployed.alias or deployed.version),
    }


def _json(deployed: Deployed, policies: Mapping[str, Any]) -> str:
    report = DeploymentReport(
        arn=deployed.arn,
        version=deployed.version,
        alias=deployed.alias,
        created=deployed.plan.create,
        changes=tuple(SettingChange.model_validate(asdict(one)) for one in deployed.plan.changes),
        policies=Policies.model_validate(policies),
    )
    return json_text(report)


def _lines(deployed: Deployed, policies: Mapping[str, Any], *, dry_run: bool, to_publish: bool) -> Iterator[str]:
    plan = deployed.plan
    done = "created" if plan.create else "updated" if plan.changes else "unchanged"
    would = "would be created" if plan.create else "would be updated" if plan.changes else "would stay as it is"
    yield f"{deployed.arn} {would if dry_run else done}"
    for change in plan.changes:
        before = "" if change.before is None else f"{change.before} -> "
        yield f"  {change.setting}: {before}{change.after}"
    if to_publish:
        yield "  a version of this code would be published, unless there is one"
    if deployed.version:
        yield f"version: {deployed.arn}:{deployed.version}"
    if deployed.alias:
        yield f"alias:   {deployed.arn}:{deployed.alias}"
        yield "         (Bedrock takes an alias; the Nova SDKs take the ARN without one)"
    titles = {
        "trust": "The function's role: who may take it on (trust policy)",
        "function": "The function's role: what it may do",
        "trainer": "The trainer's role: what it may do",
    }
    for key, title in titles.items():
        yield ""
        yield title
        yield json.dumps(policies[key], indent=2)
