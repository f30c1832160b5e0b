"""Web identity: ministack decodes tokens without checking them. The gate checks signature, issuer and times and
hands over the claims; here they replace the token, and the role's account has to know the issuer and audience."""

import base64
import contextvars
import json

from ministack.services import iam, sts

CLAIMS_HEADER = "x-sandbox-web-identity"
_claims: contextvars.ContextVar[dict | None] = contextvars.ContextVar("sandbox_web_identity", default=None)


def apply() -> None:
    handle = sts.handle_request
    trust_denied = sts._web_identity_trust_denied

    async def handle_request(method, path, headers, body, query_params):
        header = headers.get(CLAIMS_HEADER, "")
        claims = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))) if header else None
        _claims.set(claims)
        status, response_headers, response = await handle(method, path, headers, body, query_params)
        if claims and status == 200 and isinstance(response, bytes):
            response = response.replace(b"test-subject", str(claims["sub"]).encode())
        return status, response_headers, response

    def provider_known(role_arn: str, params: dict, use_json: bool):
        claims = _claims.get()
        if claims is None:
            return _invalid("The ID Token provided was not verified by the region's endpoint.")
        account = role_arn.split(":")[4]
        issuer = claims["iss"]
        host = issuer.split("://", 1)[-1].rstrip("/")
        provider = iam._oidc_providers.get_scoped(account, None, f"arn:aws:iam::{account}:oidc-provider/{host}")
        if provider is None:
            return _invalid(f"No OpenIDConnect provider found in your account for {issuer}")
        if _audience(claims, provider) is None:
            return _invalid("Incorrect token audience")
        return trust_denied(role_arn, params, use_json)

    def principal(token: str, provider_id: str, role_arn: str):
        claims = _claims.get() or {}
        account = role_arn.split(":")[4]
        host = str(claims.get("iss", "")).split("://", 1)[-1].rstrip("/")
        arn = f"arn:aws:iam::{account}:oidc-provider/{host}"
        provider = iam._oidc_providers.get_scoped(account, None, arn) or {}
        keys = {"sub": claims.get("sub"), "aud": _audience(claims, provider)}
        return arn, {f"{host}:{name}".lower(): value for name, value in keys.items() if value is not None}

    sts.handle_request = handle_request
    sts._web_identity_trust_denied = provider_known
    sts._web_identity_principal = principal


def _audience(claims: dict, provider: dict) -> str | None:
    """The one audience that the provider's client ids name; Kubernetes' tokens carry a list."""
    audiences = claims.get("aud")
    audiences = audiences if isinstance(audiences, list) else [audiences]
    return next((audience for audience in audiences if audience in provider.get("ClientIDList", [])), None)


def _invalid(message: str):
    return sts._error(400, "InvalidIdentityToken", message, ns="sts")
