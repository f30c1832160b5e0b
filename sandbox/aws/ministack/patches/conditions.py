"""Condition keys that policies of vaults are written with and that ministack leaves unset or sets otherwise."""

import contextvars
import datetime
import re

from ministack.core import iam_actions, iam_evaluator
from ministack.services import iam

# Condition keys of a write that carry a request header's value: s3:<name>.
_HEADERS = {
    "if-match": "if-match",
    "if-none-match": "if-none-match",
    "object-lock-legal-hold": "x-amz-object-lock-legal-hold",
    "object-lock-mode": "x-amz-object-lock-mode",
    "object-lock-retain-until-date": "x-amz-object-lock-retain-until-date",
    "x-amz-server-side-encryption-aws-kms-key-id": "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm": "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class": "x-amz-storage-class",
}


_RETAIN_UNTIL = re.compile(rb"<(?:\w+:)?RetainUntilDate>([^<]*)<")


# What the request that is being decided sets, in its own task.
_reach: contextvars.ContextVar[dict[str, str]] = contextvars.ContextVar("reach", default={})


def _remaining_days(body: bytes) -> dict[str, str]:
    """How far ahead a retention reaches that is being set; what is no date is refused later, and has none."""
    found = _RETAIN_UNTIL.search((body or b"")[:4096])
    try:
        until = datetime.datetime.fromisoformat(found.group(1).decode().strip().replace("Z", "+00:00"))
    except (AttributeError, UnicodeDecodeError, ValueError):
        return {}
    if until.tzinfo is None:
        until = until.replace(tzinfo=datetime.timezone.utc)
    ahead = until - datetime.datetime.now(datetime.timezone.utc)
    return {"s3:object-lock-remaining-retention-days": str(ahead / datetime.timedelta(days=1))}


def apply() -> None:
    object_context = iam_actions._s3_object_context
    resolve = iam_evaluator._resolve_condition_key

    def with_headers(iam_action, query_params, path, headers):
        context = object_context(iam_action, query_params, path, headers)
        if iam_action == "s3:PutObject":
            for key, header in _HEADERS.items():
                if headers.get(header):
                    context[f"s3:{key}"] = headers[header]
        return context

    def role_instead_of_session(key, ctx):
        # AWS gives the role's ARN for a role's session, so that a policy can name the role.
        if key.lower() == "aws:principalarn" and ":assumed-role/" in ctx.principal_arn:
            name = ctx.principal_arn.split(":assumed-role/", 1)[1].split("/", 1)[0]
            role = iam._roles.get_scoped(ctx.principal_account, None, name)
            return role["Arn"] if role else ctx.principal_arn
        return resolve(key, ctx)

    resource = iam_actions.extract_resource_arn
    s3_context = iam_actions.s3_service_context

    def with_body(service, method, path, headers, body, *more):
        # Asked for with the body, just before the condition keys, which are asked for without it.
        _reach.set(_remaining_days(body) if service == "s3" and method == "PUT" else {})
        return resource(service, method, path, headers, body, *more)

    def with_reach(iam_action, *more):
        found = s3_context(iam_action, *more)
        return {**found, **_reach.get()} if iam_action == "s3:PutObjectRetention" else found

    iam_actions._s3_object_context = with_headers
    iam_actions.extract_resource_arn = with_body
    iam_actions.s3_service_context = with_reach
    iam_evaluator._resolve_condition_key = role_instead_of_session
