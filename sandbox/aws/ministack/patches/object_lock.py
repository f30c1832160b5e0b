"""Object Lock where ministack is more generous than S3: multipart uploads and copies get the bucket's default
retention, dates are compared as times and have to lie ahead, versioning stays on, and uploads bring a checksum."""

import datetime
import re
from xml.etree.ElementTree import fromstring

from ministack.services import s3

_MODE, _UNTIL = "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"
_UPLOAD_HEADERS = (_MODE, _UNTIL, "x-amz-object-lock-legal-hold", "x-amz-tagging")
_IN_BODY = re.compile(rb"(<(?:\w+:)?RetainUntilDate>)([^<]*)(</)")


def apply() -> None:
    _check_headers()
    _check_retention()
    _keep_versioning()
    _lock_multipart_uploads()
    _lock_copies()
    _require_checksums()


def _invalid(message: str):
    return s3._error("InvalidArgument", message, 400)


def _time_of(text: str) -> datetime.datetime | None:
    try:
        time = datetime.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)


def _normal(time: datetime.datetime) -> str:
    """The one form in which ministack may compare times as texts."""
    return time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _date_problem(text: str):
    time = _time_of(text)
    if time is None:
        return _invalid("The retain until date must be provided in ISO 8601 format")
    if time <= datetime.datetime.now(datetime.timezone.utc):
        return _invalid("The retain until date must be in the future!")
    return None


def _check_headers() -> None:
    header_error = s3._object_lock_header_error

    def checked(bucket, headers):
        mode, until = headers.get(_MODE), headers.get(_UNTIL)
        if bool(mode) != bool(until):
            return _invalid(f"{_UNTIL} and {_MODE} must both be supplied")
        if mode and mode not in ("GOVERNANCE", "COMPLIANCE"):
            return _invalid("Unknown wormMode directive.")
        problem = _date_problem(until) if until else None
        if problem is None and until:
            headers[_UNTIL] = _normal(_time_of(until))
        return problem or header_error(bucket, headers)

    s3._object_lock_header_error = checked


def _check_retention() -> None:
    put_retention = s3._put_object_retention

    def checked(bucket, key, body, headers, query_params=None):
        found = _IN_BODY.search(body)
        if found:
            problem = _date_problem(found.group(2).decode())
            if problem:
                return problem
            time = _normal(_time_of(found.group(2).decode())).encode()
            body = _IN_BODY.sub(lambda match: match.group(1) + time + match.group(3), body)
        return put_retention(bucket, key, body, headers, query_params)

    s3._put_object_retention = checked


def _keep_versioning() -> None:
    put_versioning = s3._put_bucket_versioning

    def kept(name, body):
        if s3._bucket_object_lock.get(name) and b"Suspended" in body:
            return s3._error(
                "InvalidBucketState",
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
                409,
                f"/{name}",
            )
        return put_versioning(name, body)

    s3._put_bucket_versioning = kept


def _lock_multipart_uploads() -> None:
    create, complete = s3._create_multipart_upload, s3._complete_multipart_upload

    def remembering(bucket, key, headers):
        answer = create(bucket, key, headers)
        if answer[0] == 200:
            upload = fromstring(answer[2]).findtext(f"{{{s3.S3_NS}}}UploadId")
            kept = {name: headers[name] for name in _UPLOAD_HEADERS if headers.get(name)}
            s3._multipart_uploads[upload]["sandbox_headers"] = kept
        return answer

    def locking(bucket, key, body, query_params, headers=None):
        upload = s3._multipart_uploads.get(s3._qp(query_params, "uploadId")) or {}
        kept = upload.get("sandbox_headers", {})
        answer = complete(bucket, key, body, query_params, headers)
        if answer[0] == 200 and upload:
            _lock(bucket, key, answer[1].get("x-amz-version-id"), kept)
            if kept.get("x-amz-tagging"):
                tags = {name: values[0] for name, values in s3._parse_qs(kept["x-amz-tagging"], True).items()}
                s3._object_tags[(bucket, key, answer[1].get("x-amz-version-id"))] = tags
        return answer

    s3._create_multipart_upload = remembering
    s3._complete_multipart_upload = locking


def _lock_copies() -> None:
    copy_object = s3._copy_object

    def locking(bucket, key, headers):
        answer = copy_object(bucket, key, headers)
        if answer[0] == 200:
            # A copy's lock comes from its own request or the bucket's default, never from the source.
            version = answer[1].get("x-amz-version-id")
            s3._object_retention.pop((bucket, key, version), None)
            s3._object_legal_hold.pop((bucket, key, version), None)
            _lock(bucket, key, version, headers)
        return answer

    s3._copy_object = locking


def _lock(bucket: str, key: str, version: str | None, headers: dict) -> None:
    if s3._bucket_object_lock.get(bucket):
        s3._apply_object_lock_from_headers(bucket, key, headers, version)


def _require_checksums() -> None:
    """S3 takes an upload that will be locked only with a checksum; SDKs send one, hand-written clients may not."""
    put, upload_part = s3._put_object, s3._upload_part

    def missing(bucket, headers, what):
        lock = s3._bucket_object_lock.get(bucket) or {}
        if not (lock.get("default_retention") or headers.get(_MODE)) or headers.get("content-md5"):
            return None
        if any(name.startswith(("x-amz-checksum-", "x-amz-sdk-checksum-")) for name in headers):
            return None
        return s3._error(
            "InvalidRequest",
            f"Content-MD5 OR x-amz-checksum- HTTP header is required for {what} requests with Object Lock parameters",
            400,
        )

    def put_checked(bucket, key, body, headers):
        return missing(bucket, headers, "Put Object") or put(bucket, key, body, headers)

    def part_checked(bucket, key, body, query_params, headers):
        return missing(bucket, headers, "Put Part") or upload_part(bucket, key, body, query_params, headers)

    s3._put_object = put_checked
    s3._upload_part = part_checked
