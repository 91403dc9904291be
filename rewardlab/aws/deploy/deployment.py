"""Plans and makes a deployment: creates a Lambda function, or updates what is asked for and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rewardlab.aws.deploy.configuration import Change, Plan, Wanted, plan_of
from rewardlab.aws.deploy.layer import NEW, LayerZip, find_version
from rewardlab.aws.deploy.upload import Upload
from rewardlab.cloud.failure import ROLE_NOT_READY, code_of, failure
from rewardlab.cloud.refusal import said
from rewardlab.cloud.session import Access, open_client
from rewardlab.errors import CloudError, UsageError

#: How long to try again: a new role can be assumed after some seconds; someone else's update ends within minutes.
ROLE_SECONDS, CONFLICT_SECONDS = 60.0, 120.0
ROLE = re.compile(r"arn:aws[\w-]*:iam::(?P<account>\d{12}):role/.+")
WAIT = {"Delay": 1, "MaxAttempts": 300}


@dataclass(frozen=True, slots=True)
class Deployed:
    """The function after the deployment, done or planned: its ARN without qualifier, this code's version and alias.

    `log_group` is None if the function uses Lambda's default group.
    """

    arn: str
    plan: Plan
    version: str | None = None
    alias: str | None = None
    log_group: str | None = None


class Deployer:
    """Plans and makes a deployment with one set of credentials.

    Raises: CloudError for whatever AWS refuses, in the words of docs/deploy.md.
    """

    def __init__(
        self,
        access: Access,
        *,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._access, self._sleep, self._clock = access, sleep, clock
        self._lambda = open_client("lambda", access)

    def look(self, wanted: Wanted, layer: LayerZip | None = None) -> tuple[Plan, Mapping[str, Any] | None]:
        """The plan, and the function's present configuration (GetFunctionConfiguration), None if there is none.

        With `layer`, the plan attaches the layer version that holds this zip, or a new one.
        Raises: UsageError for a new function without a role, or with one of another account.
        """
        if wanted.role is not None:
            self._check_account(wanted.role)
        current = self._current(wanted.name)
        if wanted.role is None and current is None:
            raise UsageError(
                f"there is no function {wanted.name} yet, and a new one needs a role",
                where="--role",
                do="give --role arn:aws:iam::ACCOUNT:role/NAME; docs/deploy.md shows its two policies",
            )
        if layer is not None:
            held = self._layer_version(layer) or f"{self._arn('layer', layer.name)}:{NEW}"
            wanted = replace(wanted, layer=held)
        return self._plan(wanted, current, layer), current

    def _plan(self, wanted: Wanted, current: Mapping[str, Any] | None, layer: LayerZip | None) -> Plan:
        reserved = None
        if current is not None and wanted.reserved_concurrency is not None:
            answer = self._ask("get_function_concurrency", wanted.name, FunctionName=wanted.name)
            reserved = answer.get("ReservedConcurrentExecutions")
        plan = plan_of(wanted, current, reserved=reserved)
        if layer is None or not _is_new(plan):
            return plan
        published = f"a version of {layer.upload.path.name}, sha256 {layer.upload.sha256.hex()[:12]}..."
        return replace(plan, changes=(Change(f"layer {layer.name}", None, published), *plan.changes))

    def arn_of(self, name: str, current: Mapping[str, Any] | None) -> str:
        """The function's ARN, also before the function exists."""
        if current is not None:
            return str(current["FunctionArn"])
        return self._arn("function", name)

    def _arn(self, kind: str, name: str) -> str:
        identity = self._identity()
        partition = str(identity["Arn"]).split(":")[1]
        return f"arn:{partition}:lambda:{self._lambda.meta.region_name}:{identity['Account']}:{kind}:{name}"

    def deploy(
        self,
        wanted: Wanted,
        upload: Upload,
        *,
        layer: LayerZip | None = None,
        publish: bool = False,
        alias: str | None = None,
    ) -> Deployed:
        """Make the changes, and wait until the function runs the code.

        `alias` is pointed at a version that is published for this code.
        """
        plan, current = self.look(wanted, layer)
        if layer is not None and _is_new(plan):
            made = self._publish_layer(layer)
            attached = [made if one.endswith(NEW) else one for one in plan.parameters["Layers"]]
            changes = [replace(one, after=one.after.replace(NEW, made.rpartition(":")[2])) for one in plan.changes]
            plan = replace(plan, parameters={**plan.parameters, "Layers": attached}, changes=tuple(changes))
        if current is None:
            current = self._create(wanted, upload, plan)
        else:
            self._update(wanted, upload, plan, current)
        if plan.reserve:
            self._change(
                "put_function_concurrency", wanted.name, ReservedConcurrentExecutions=wanted.reserved_concurrency
            )
        version = self._publish(wanted) if publish or alias else None
        if alias and version:
            self._point(wanted.name, alias, version)
        arn = str(current["FunctionArn"])
        return Deployed(arn, plan, version, alias, current.get("LoggingConfig", {}).get("LogGroup"))

    def _create(self, wanted: Wanted, upload: Upload, plan: Plan) -> Mapping[str, Any]:
        code = self._code(upload)
        settings = {**plan.parameters, "Architectures": [wanted.architecture]}
        made: Mapping[str, Any] = self._change("create_function", wanted.name, Code=code, **settings)
        self._settled(wanted.name, "function_active_v2")
        return made

    def _update(self, wanted: Wanted, upload: Upload, plan: Plan, current: Mapping[str, Any]) -> None:
        """Update the settings, then the code, so that the new code never runs without its variables."""
        if plan.parameters:
            guard = {"RevisionId": current["RevisionId"]} if "RevisionId" in current else {}
            self._change("update_function_configuration", wanted.name, **plan.parameters, **guard)
            self._settled(wanted.name, "function_updated_v2")
        if plan.code:
            code = self._code(upload)
            self._change("update_function_code", wanted.name, **code, Architectures=[wanted.architecture])
            self._settled(wanted.name, "function_updated_v2")

    def _layer_version(self, layer: LayerZip) -> str | None:
        try:
            return find_version(self._lambda, layer)
        except Exception as error:  # botocore's errors share no base
            allowed = f"lambda:ListLayerVersions and lambda:GetLayerVersion on {layer.name}"
            raise failure(error, where=f"layer {layer.name}", allowed=allowed) from error

    def _publish_layer(self, layer: LayerZip) -> str:
        content = self._code(layer.upload)
        answer = self._ask("publish_layer_version", layer.name, Content=content, **layer.parameters)
        return str(answer["LayerVersionArn"])

    def _publish(self, wanted: Wanted) -> str:
        """Publish a version of this code; if nothing has changed since the last version, Lambda returns that one."""
        answer = self._change("publish_version", wanted.name, CodeSha256=wanted.code_sha256)
        version = str(answer["Version"])
        self._settled(wanted.name, "published_version_active", Qualifier=version)
        return version

    def _point(self, name: str, alias: str, version: str) -> None:
        try:
            held = self._lambda.get_alias(FunctionName=name, Name=alias)
        except Exception as error:  # botocore's errors share no base
            if code_of(error) != "ResourceNotFoundException":
                raise failure(error, where=f"{name}:{alias}") from error
            self._change("create_alias", name, Name=alias, FunctionVersion=version)
        else:
            if held["FunctionVersion"] != version:
                self._change("update_alias", name, Name=alias, FunctionVersion=version, RevisionId=held["RevisionId"])

    def _code(self, upload: Upload) -> dict[str, Any]:
        """The parameters that say where the code is; if a bucket is named, the zip is first uploaded to it."""
        if upload.bucket is None:
            return {"ZipFile": upload.path.read_bytes()}
        client = open_client("s3", self._access)
        try:
            client.upload_file(str(upload.path), upload.bucket, upload.key)
        except Exception as error:  # botocore's errors share no base, and boto3 wraps them again
            cause = error.__context__ if code_of(error) is None and error.__context__ is not None else error
            raise failure(cause, where=f"s3://{upload.bucket}", allowed=f"s3:PutObject on {upload.bucket}") from error
        finally:
            client.close()
        return {"S3Bucket": upload.bucket, "S3Key": upload.key}

    def _current(self, name: str) -> Mapping[str, Any] | None:
        try:
            facts: Mapping[str, Any] = self._lambda.get_function_configuration(FunctionName=name)
        except Exception as error:  # botocore's errors share no base
            if code_of(error) == "ResourceNotFoundException":
                return None
            raise failure(error, where=name, allowed=f"lambda:GetFunctionConfiguration on {name}") from error
        return facts

    def _check_account(self, role: str) -> None:
        found = ROLE.fullmatch(role)
        if found is None:
            raise UsageError(f"{role!r} is no role", where="--role", expected="arn:aws:iam::ACCOUNT:role/NAME")
        own = self._identity()["Account"]
        if found["account"] != own:
            raise UsageError(
                f"the role is of the account {found['account']}, the credentials are of {own}",
                where="--role",
                do="name a role of that account, or use other credentials: --profile NAME",
            )

    def _identity(self) -> Mapping[str, Any]:
        client = open_client("sts", self._access)
        try:
            identity: Mapping[str, Any] = client.get_caller_identity()
        except Exception as error:  # botocore's errors share no base
            raise failure(error, where="sts:GetCallerIdentity") from error
        finally:
            client.close()
        return identity

    def _change(self, operation: str, name: str, **parameters: Any) -> Any:
        """Ask for a change; ask again while a role is not ready yet or another update is in progress."""
        started = self._clock()
        while True:
            try:
                return getattr(self._lambda, operation)(FunctionName=name, **parameters)
            except Exception as error:  # botocore's errors share no base
                if self._clock() - started > _patience(error):
                    raise failure(error, where=name, allowed=f"lambda:{_action(operation)} on {name}") from error
            self._sleep(2.0)

    def _ask(self, operation: str, where: str, **parameters: Any) -> Any:
        try:
            return getattr(self._lambda, operation)(**parameters)
        except Exception as error:  # botocore's errors share no base
            raise failure(error, where=where, allowed=f"lambda:{_action(operation)} on {where}") from error

    def _settled(self, name: str, waiter: str, **qualifier: str) -> None:
        """Wait until the change has taken effect."""
        from botocore.exceptions import WaiterError  # noqa: PLC0415 - heavy and optional

        try:
            self._lambda.get_waiter(waiter).wait(FunctionName=name, **qualifier, WaiterConfig=WAIT)
        except WaiterError as error:
            facts = error.last_response.get("Configuration", error.last_response)
            refused = error.last_response.get("Error", {})
            reasons = (facts.get("StateReason"), facts.get("LastUpdateStatusReason"), refused.get("Message"))
            why = next((str(reason) for reason in reasons if reason), str(error))
            raise CloudError(f"the change did not come into force ({why})", where=name, do="run it again") from error

    def close(self) -> None:
        """Close the connections."""
        self._lambda.close()


def _is_new(plan: Plan) -> bool:
    """Whether the plan needs a new version of the layer."""
    return any(one.endswith(NEW) for one in plan.parameters.get("Layers", ()))


def _patience(error: Exception) -> float:
    """For how many seconds to ask again after this error; negative for not at all."""
    words = said(error).lower()
    if code_of(error) == "InvalidParameterValueException" and ROLE_NOT_READY in words:
        return ROLE_SECONDS
    in_progress = "in progress" in words or "pending" in words
    return CONFLICT_SECONDS if code_of(error) == "ResourceConflictException" and in_progress else -1.0


def _action(operation: str) -> str:
    return "".join(word.title() for word in operation.split("_"))
