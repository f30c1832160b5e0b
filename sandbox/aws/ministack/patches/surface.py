"""Takes away what ministack offers besides AWS's API: reset and configuration without credentials, scripts run at
start, and root keys that it believes without a signature. Without this, anybody who can send a request can empty the
world."""

from ministack import app as ministack_app
from ministack.core import iam_evaluator

HEALTH = "/_ministack/health"
_INTERNAL = ("/_ministack/", "/_localstack/", "/_aws/")


def apply() -> None:
    root = iam_evaluator.is_root_access_key

    def only_the_given_key(access_key_id: str) -> bool:
        return access_key_id != "test" and root(access_key_id)

    async def nothing_before_the_body(method, path, headers, query_params, request_id):
        return ministack_app._handle_health_request(path, request_id) if path == HEALTH else None

    async def nothing_after_the_body(method, path, headers, body, query_params, request_id):
        return None

    async def no_ready_scripts():
        return None

    # What this is asked for is whether a signature need not be checked; AWS checks root's like everybody's.
    iam_evaluator._is_root_key = lambda access_key_id: not access_key_id
    iam_evaluator.is_root_access_key = only_the_given_key
    ministack_app._handle_pre_body_request = nothing_before_the_body
    ministack_app._handle_post_body_shortcuts = nothing_after_the_body
    ministack_app._run_init_scripts = lambda: None
    ministack_app._run_ready_scripts = no_ready_scripts


def refusing(app):
    """The application without its internal paths; only the health check answers."""

    async def guarded(scope, receive, send):
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith(_INTERNAL) and path != HEALTH:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await app(scope, receive, send)

    return guarded
