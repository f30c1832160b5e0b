"""Names the caller on every answer, for the gate's log. The gate takes the header off again."""

from urllib.parse import parse_qs

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id

HEADER = b"x-sandbox-principal"


def naming(app):
    """The application with the caller's ARN on its answers."""

    async def named(scope, receive, send):
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def send_named(message):
            if message["type"] == "http.response.start":
                arn = _caller(scope)
                if arn:
                    message = {**message, "headers": [*message.get("headers", []), (HEADER, arn.encode())]}
            await send(message)

        await app(scope, receive, send_named)

    return named


def _caller(scope) -> str:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    key = extract_access_key_id(headers, query)
    if not key:
        return ""
    if iam_evaluator.is_root_access_key(key):
        return f"arn:aws:iam::{get_account_id()}:root"
    identity = iam_evaluator.resolve_caller_identity(key)
    return identity["userArn"] if identity else ""
