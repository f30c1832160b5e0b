"""Condition keys of a call to KMS: what the caller binds a ciphertext to, `kms:EncryptionContext:<key>`. ministack leaves
them unset, so that a policy which tells one secret from another by its context would allow none."""

import json

from ministack.core import iam_actions


def apply() -> None:
    tags = iam_actions.request_tag_context

    def with_context(service, iam_action, body, params):
        found = tags(service, iam_action, body, params)
        if service != "kms":
            return found
        try:
            context = json.loads(body or b"{}").get("EncryptionContext") or {}
        except (json.JSONDecodeError, UnicodeDecodeError, AttributeError):
            return found
        if not isinstance(context, dict):
            return found
        return {**found, **{f"kms:EncryptionContext:{key}": value for key, value in context.items()}}

    iam_actions.request_tag_context = with_context
