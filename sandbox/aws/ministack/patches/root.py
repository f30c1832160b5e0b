"""The account's root meets a bucket policy's denials, as on AWS: there only reading, replacing and deleting the policy
itself is always open to root. ministack lets root pass every policy."""

from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_account_id

_ALWAYS_ROOTS = frozenset({"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"})


def apply() -> None:
    enforce = evaluator.enforce

    def enforce_for_root(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        refused = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        if refused or service != "s3" or not access_key_id or iam_action in _ALWAYS_ROOTS:
            return refused
        principal = evaluator.resolve_principal(access_key_id, get_account_id())
        found = evaluator._resource_policy(service, resource_arn)
        if isinstance(principal, evaluator.AuthError) or principal.policies is not None or found is None:
            return None
        context = evaluator.EvalContext(
            principal_arn=principal.arn,
            principal_type=principal.type,
            principal_account=principal.account,
            action=iam_action,
            resource_arn=resource_arn,
            region=region,
            service_context={key.lower(): value for key, value in (service_context or {}).items()},
            principal_keys=principal.keys,
        )
        result = evaluator.evaluate_resource_policy(found[0], context)
        if result.decision != "Deny":
            return None
        result.principal_arn = principal.arn
        result.resource_policy_arn = resource_arn
        return result

    evaluator.enforce = enforce_for_root
