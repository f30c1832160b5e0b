"""Objects under KMS: S3 asks KMS for the key on the caller's behalf, so a caller without leave to use it, or a key that
is disabled or elsewhere, fails the call. ministack only notes the key's name."""

from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id
from ministack.services import kms, s3

from .policy import scope
from .replica import _SSE, _SSE_KEY, kms_key_of, version_of


def apply() -> None:
    _writes()
    _reads()
    _copies()


def _writes() -> None:
    resolve, upload_part = s3._resolve_sse_write_headers, s3._upload_part

    def resolved(headers, bucket):
        encryption, error = resolve(headers, bucket)
        if error or not encryption or encryption.get(_SSE) != "aws:kms" or not encryption.get(_SSE_KEY):
            return encryption, error
        with scope(get_account_id(), s3.bucket_region(bucket)):
            record = kms._resolve_key(encryption[_SSE_KEY])
        if record is None:
            return None, s3._error("KMS.NotFoundException", f"Invalid keyId '{encryption[_SSE_KEY]}'", 400)
        encryption = {**encryption, _SSE_KEY: record["Arn"]}
        return encryption, _refused(headers, bucket, record["Arn"], "kms:GenerateDataKey")

    def part_allowed(bucket, key, body, query_params, headers):
        upload = s3._multipart_uploads.get(s3._qp(query_params, "uploadId")) or {}
        arn = kms_key_of(upload)
        # S3 decrypts the parts' data key for every part.
        refused = _refused(headers, bucket, arn, "kms:Decrypt") if arn else None
        return refused or upload_part(bucket, key, body, query_params, headers)

    s3._resolve_sse_write_headers = resolved
    s3._upload_part = part_allowed


def _reads() -> None:
    get = s3._get_object

    def readable(bucket, key, headers, query_params=None):
        answer = get(bucket, key, headers, query_params)
        arn = answer[1].get(_SSE_KEY) if answer[0] in (200, 206) else None
        return (arn and _refused(headers, bucket, arn, "kms:Decrypt", query_params)) or answer

    s3._get_object = readable


def _copies() -> None:
    copy_object, part_copy = s3._copy_object, s3._upload_part_copy

    def source_refused(headers):
        path, _, query = headers.get("x-amz-copy-source", "").lstrip("/").partition("?")
        bucket, _, key = s3.url_unquote(path).partition("/")
        version = s3._parse_qs(query).get("versionId", [""])[0]
        record = s3._ensure_bucket(bucket) or {"objects": {}}
        entry = version_of(bucket, key, version) if version else record["objects"].get(key)
        arn = kms_key_of(entry) if entry else None
        return _refused(headers, bucket, arn, "kms:Decrypt") if arn else None

    def copied(bucket, key, headers):
        return source_refused(headers) or copy_object(bucket, key, headers)

    def part_copied(bucket, key, query_params, headers):
        return source_refused(headers) or part_copy(bucket, key, query_params, headers)

    s3._copy_object = copied
    s3._upload_part_copy = part_copied


def _refused(headers: dict, bucket: str, arn: str, action: str, query_params=None):
    """The refusal of a key's use by the request's caller, or None."""
    region = s3.bucket_region(bucket)
    with scope(arn.split(":")[4], region):
        record = kms._resolve_key(arn)
        policy = (record or {}).get("Policy") or ""
    if record is None:
        return s3._error("KMS.NotFoundException", f"Key '{arn}' does not exist", 400)
    if record.get("KeyState") != "Enabled":
        state = record.get("KeyState")
        code = "KMS.DisabledException" if state == "Disabled" else "KMS.KMSInvalidStateException"
        return s3._error(code, f"{arn} is {'disabled' if state == 'Disabled' else state}.", 400)
    access_key = extract_access_key_id(headers, query_params or {})
    principal = evaluator.resolve_principal(access_key, get_account_id()) if access_key else None
    if isinstance(principal, evaluator.PrincipalInfo) and principal.policies is None:
        return None
    if isinstance(principal, evaluator.PrincipalInfo):
        context = evaluator.EvalContext(
            principal_arn=principal.arn,
            principal_type=principal.type,
            principal_account=principal.account,
            action=action,
            resource_arn=arn,
            region=region,
            service_context={
                "kms:viaservice": f"s3.{region}.amazonaws.com",
                "kms:calleraccount": principal.account,
            },
            principal_keys=principal.keys,
        )
        result = evaluator.combine_resource_policy(
            evaluator.evaluate(context, principal.policies, *principal.limits),
            context, policy, arn.split(":")[4], required=True, limits=principal.limits,
        )
        if result.decision == "Allow":
            return None
    who = principal.arn if isinstance(principal, evaluator.PrincipalInfo) else "anonymous"
    return s3._error("AccessDenied", f"User: {who} is not authorized to perform: {action} on resource: {arn}", 403)
