"""Condition keys that policies of vaults are written with and that ministack leaves unset or sets otherwise."""

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

    iam_actions._s3_object_context = with_headers
    iam_evaluator._resolve_condition_key = role_instead_of_session
