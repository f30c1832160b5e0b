"""A key asked for by its alias: AWS evaluates policies against the key the alias points at. ministack evaluates them
against the alias, which no policy that names keys can allow."""

from ministack.core import iam_actions
from ministack.services import kms

from .policy import scope


def apply() -> None:
    named = iam_actions.extract_resource_arn

    def resolved(service, method, path, headers, body, query_params, region, account_id):
        arn = named(service, method, path, headers, body, query_params, region, account_id)
        if service != "kms" or ":alias/" not in arn:
            return arn
        with scope(account_id, region):
            record = kms._resolve_key(arn)
        return record["Arn"] if record else arn

    iam_actions.extract_resource_arn = resolved
