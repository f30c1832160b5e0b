"""Where a bucket may be reached: only through its own region's endpoint, unsigned requests included; and a copy reads
its source only while the source's region lives."""

from ministack.services import s3

from . import liveness


def apply() -> None:
    check, handle = s3._check_bucket_region, s3.handle_request

    def by_host_too(method, bucket, key, headers, query_params, home=None):
        refused = check(method, bucket, key, headers, query_params, home)
        if refused or not bucket or s3._signed_region(headers, query_params) is not None:
            return refused
        endpoint, home = s3._host_region(headers) or "us-east-1", home or s3.bucket_region(bucket)
        if home is None or home == endpoint:
            return None
        return s3.region_mismatch_error(method, bucket, key, headers, query_params, endpoint, home)

    async def from_living_sources(method, path, headers, *arguments, **named):
        source = headers.get("x-amz-copy-source", "").lstrip("/").partition("/")[0]
        region = s3.bucket_region(source) if source else None
        if region and not await liveness.alive(region):
            return s3._error("ServiceUnavailable", "Please reduce your request rate.", 503)
        return await handle(method, path, headers, *arguments, **named)

    s3._check_bucket_region = by_host_too
    s3.handle_request = from_living_sources
