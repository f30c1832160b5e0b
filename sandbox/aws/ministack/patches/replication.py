"""Replication as S3 does it: after the PUT has answered, keeping version ids, under the replication role.

ministack copies within the PUT, gives replicas ids of their own, and asks no role. Here a write only queues a job;
a worker carries it out once the delay has passed and as long as both regions' gates answer. Jobs of a lost region
wait, in order, until it is back.
"""

import asyncio
import collections
import contextvars
import logging
import os
import time
from dataclasses import dataclass

from ministack.core.responses import get_account_id
from ministack.services import s3

from . import liveness, replica
from .policy import scope

DELAY_SECONDS = float(os.environ.get("SANDBOX_REPLICATION_SECONDS", "1"))
_TICK_SECONDS = 0.1
_BATCH = 64
_log = logging.getLogger("sandbox.replication")


@dataclass(frozen=True)
class Job:
    """One version (or delete marker) on its way to one destination, or a change of its tags, lock or hold."""

    account: str
    source: str
    key: str
    version: str
    rule: dict
    role: str
    due: float


_queues: dict[tuple[str, str], collections.deque[Job]] = {}
_worker: asyncio.Task | None = None


def apply() -> None:
    record_version = s3._record_object_version

    def mark_pending(bucket, key, obj, data, tags=None):
        rules, role = rules_for(bucket, key, obj, tags)
        if rules:
            obj["replication_status"] = "PENDING"
            obj["_sandbox_rules"] = (rules, role)

    def record_and_queue(bucket, key, prior, obj, data):
        pending = obj.pop("_sandbox_rules", None)
        version = record_version(bucket, key, prior, obj, data)
        if pending and version:
            _queue(bucket, key, version, *pending)
        return version

    def queue_marker(bucket, key):
        config = s3._bucket_replication.get(bucket) or {}
        rules = [rule for rule in _matching(bucket, key) if _replicates_markers(rule)]
        versions = s3._object_versions.get((bucket, key)) or []
        if rules and versions and versions[-1].get("is_delete_marker"):
            _queue(bucket, key, versions[-1]["version_id"], rules, config.get("Role", ""))

    s3._maybe_replicate = mark_pending
    s3._record_object_version = record_and_queue
    s3._maybe_replicate_delete_marker = queue_marker
    for name in ("_put_object_retention", "_put_object_legal_hold", "_put_object_tagging"):
        setattr(s3, name, _following(getattr(s3, name)))
    s3._delete_object_tagging = _following(s3._delete_object_tagging)


def rules_for(bucket: str, key: str, obj: dict, tags: dict | None) -> tuple[list[dict], str]:
    """The rules that replicate this object: per destination the one of highest priority."""
    chosen: dict[str, dict] = {}
    for rule in sorted(_matching(bucket, key), key=lambda rule: -rule.get("Priority", 0)):
        if not all((tags or {}).get(name) == value for name, value in s3._replication_rule_tags(rule).items()):
            continue
        if replica.kms_key_of(obj) is not None and not replica.takes_kms(rule):
            # S3 leaves objects under KMS out unless the rule selects them; they carry no replication status.
            continue
        chosen.setdefault((rule.get("Destination") or {}).get("Bucket", ""), rule)
    config = s3._bucket_replication.get(bucket) or {}
    return list(chosen.values()), config.get("Role", "")


def _matching(bucket: str, key: str) -> list[dict]:
    config = s3._bucket_replication.get(bucket) or {}
    if s3._bucket_versioning.get(bucket) != "Enabled":
        return []
    return [
        rule
        for rule in config.get("Rules", [])
        if rule.get("Status") == "Enabled" and key.startswith(s3._replication_rule_prefix(rule))
    ]


def _replicates_markers(rule: dict) -> bool:
    """Rules of the older form (no Filter) always do; others only when told to, and never by tag."""
    if "Filter" not in rule:
        return True
    enabled = (rule.get("DeleteMarkerReplication") or {}).get("Status") == "Enabled"
    return enabled and not s3._replication_rule_tags(rule)


def _following(handler):
    """The handler of a change to a version's tags, lock or hold; the change follows the version's replicas."""

    def changed(bucket, key, *arguments, **named):
        answer = handler(bucket, key, *arguments, **named)
        if answer[0] < 300:
            query = next((a for a in reversed(arguments) if isinstance(a, dict)), None) or named.get("query_params")
            record = s3._ensure_bucket(bucket)
            version = s3._resolve_subresource_version(query or {}, record, key)
            entry = replica.version_of(bucket, key, version or "null")
            if entry is not None and entry.get("replication_status") in ("COMPLETED", "PENDING"):
                tags = s3._object_tags.get((bucket, key, version))
                _queue(bucket, key, entry["version_id"], *rules_for(bucket, key, entry, tags))
        return answer

    return changed


def _queue(bucket: str, key: str, version: str, rules: list[dict], role: str) -> None:
    global _worker
    source_region = s3.bucket_region(bucket)
    for rule in rules:
        destination = replica.destination_of(rule)
        region = s3._replication_destination_region(destination) or source_region
        job = Job(get_account_id(), bucket, key, version, rule, role, time.monotonic() + DELAY_SECONDS)
        _queues.setdefault((source_region, region), collections.deque()).append(job)
    if _worker is None or _worker.done():
        # A context of its own: the request's caller and account end with the request.
        _worker = contextvars.Context().run(asyncio.get_running_loop().create_task, _work())


async def _work() -> None:
    while any(_queues.values()):
        for (source, destination), queue in list(_queues.items()):
            if queue and queue[0].due <= time.monotonic():
                if await liveness.alive(source) and await liveness.alive(destination):
                    _carry_out(queue, source)
        await asyncio.sleep(_TICK_SECONDS)


def _carry_out(queue: collections.deque[Job], region: str) -> None:
    for _ in range(min(_BATCH, len(queue))):
        if queue[0].due > time.monotonic():
            return
        job = queue.popleft()
        with scope(job.account, region):
            try:
                failure = replica.write(job.source, job.key, job.version, job.rule, job.role)
            except Exception:  # one object must not stop the others; S3 marks it FAILED and goes on
                _log.exception("replicating %s/%s", job.source, job.key)
                failure = "internal error"
            if failure:
                _log.warning("%s/%s version %s: FAILED: %s", job.source, job.key, job.version, failure)
