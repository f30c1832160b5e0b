"""Asks ministack's own evaluator what a role may do, for work that S3 does under a role."""

import json
from contextlib import contextmanager

from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_account_id, get_region, set_request_account_id, set_request_region
from ministack.services import iam

S3_PRINCIPAL = "s3.amazonaws.com"


@contextmanager
def scope(account: str, region: str):
    """ministack's stores as one account and one region see them."""
    before = get_account_id(), get_region()
    set_request_account_id(account)
    set_request_region(region)
    try:
        yield
    finally:
        set_request_account_id(before[0])
        set_request_region(before[1])


def role_lacks(role_arn: str, region: str, needs: list[tuple[str, str, dict]]) -> str:
    """The first of ``(action, resource, condition keys)`` that the role may not do, as text; empty when none.

    The role has to trust S3 too. Its own policies, its boundary and the resource's policy are all asked.
    """
    account = role_arn.split(":")[4] if role_arn.count(":") >= 5 else ""
    name = role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, name) if account else None
    if role is None:
        return f"no role {role_arn}"
    if not _trusts_s3(role):
        return f"{role_arn} does not trust {S3_PRINCIPAL}"
    policies = evaluator._gather_role_policies(name, account)
    limits = evaluator._permissions_boundary(iam._roles, name, account)
    for action, resource, keys in needs:
        context = evaluator.EvalContext(
            principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/s3-replication",
            principal_type="AssumedRole",
            principal_account=account,
            action=action,
            resource_arn=resource,
            region=region,
            source_ip="",
            secure_transport=True,
            service_context={key.lower(): value for key, value in keys.items()},
        )
        result = evaluator.evaluate(context, policies, *limits)
        service = action.split(":")[0]
        with scope(account, resource.split(":")[3] or region):
            found = evaluator._resource_policy(service, resource)
        if found is not None:
            result = evaluator.combine_resource_policy(
                result, context, *found, required=service == "kms", limits=limits
            )
        if result.decision != "Allow":
            return f"{role_arn} may not {action} on {resource}"
    return ""


def _trusts_s3(role: dict) -> bool:
    document = role.get("AssumeRolePolicyDocument", "{}")
    document = json.loads(document) if isinstance(document, str) else document
    statements = document.get("Statement", [])
    return any(
        statement.get("Effect") == "Allow"
        and evaluator._service_principal_matches(statement.get("Principal"), S3_PRINCIPAL)
        for statement in (statements if isinstance(statements, list) else [statements])
    )
