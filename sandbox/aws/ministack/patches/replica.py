"""Writes one replica: the version's bytes, id, time, tags, lock and hold, under the destination's key."""

import copy

from ministack.services import kms, s3

from .policy import role_lacks, scope

_SSE = "x-amz-server-side-encryption"
_SSE_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def destination_of(rule: dict) -> str:
    """Name of the rule's destination bucket."""
    return ((rule.get("Destination") or {}).get("Bucket") or "").split(":::")[-1]


def kms_key_of(obj: dict) -> str | None:
    """The KMS key an object is encrypted under; None when it is not."""
    headers = obj.get("preserved_headers", {})
    return headers.get(_SSE_KEY, "") if headers.get(_SSE) == "aws:kms" else None


def takes_kms(rule: dict) -> bool:
    """Whether the rule selects objects encrypted under KMS."""
    criteria = rule.get("SourceSelectionCriteria") or {}
    return (criteria.get("SseKmsEncryptedObjects") or {}).get("Status") == "Enabled"


def version_of(bucket: str, key: str, version: str) -> dict | None:
    """A version's entry in the bucket's history."""
    entries = s3._object_versions.get((bucket, key)) or []
    return next((entry for entry in entries if entry["version_id"] == version), None)


def write(source: str, key: str, version: str, rule: dict, role: str) -> str:
    """Brings one version, as it is now, to the rule's destination. Returns why it couldn't, or an empty text."""
    entry = version_of(source, key, version)
    if entry is None:
        return ""  # deleted since; S3 does not replicate what is gone
    failure = _problem(source, key, entry, rule, role)
    if not failure:
        _store(source, key, entry, rule, role)
    if not entry.get("is_delete_marker"):
        _stamp(source, key, entry, "FAILED" if failure else "COMPLETED")
    return failure


def _problem(source: str, key: str, entry: dict, rule: dict, role: str) -> str:
    name = destination_of(rule)
    owner = s3._bucket_owner_account(name)
    if owner is None or name == source:
        return f"no destination bucket {name}"
    if s3._bucket_versioning.get_scoped(owner, None, name) != "Enabled":
        return f"{name} is not versioned"
    if kms_key_of(entry) == "":
        return "objects under the AWS managed key aws/s3 are not replicated"
    if s3._bucket_object_lock.get(source) and not s3._bucket_object_lock.get_scoped(owner, None, name):
        return f"{source} has Object Lock and {name} has not"
    here, there = s3.bucket_region(source), s3._replication_destination_region(name)
    return role_lacks(role, here, _needs(source, key, entry, rule, here, there)) or _key_problem(
        entry, rule, owner, here, there
    )


def _needs(source, key, entry, rule, here, there) -> list[tuple[str, str, dict]]:
    """What S3 does under the replication role for one version."""
    source_arn, destination_arn = f"arn:aws:s3:::{source}/{key}", f"arn:aws:s3:::{destination_of(rule)}/{key}"
    if entry.get("is_delete_marker"):
        return [("s3:ReplicateDelete", destination_arn, {})]
    needs = [
        ("s3:GetObjectVersionForReplication", source_arn, {}),
        ("s3:ReplicateObject", destination_arn, {}),
    ]
    if s3._bucket_object_lock.get(source):
        needs += [("s3:GetObjectRetention", source_arn, {}), ("s3:GetObjectLegalHold", source_arn, {})]
    source_key = kms_key_of(entry)
    if source_key is not None:
        needs += [
            ("kms:Decrypt", source_key, _via_s3(here, source_arn)),
            ("kms:Encrypt", _replica_key(rule), _via_s3(there, destination_arn)),
        ]
    return needs


def _via_s3(region: str, object_arn: str) -> dict:
    return {"kms:ViaService": f"s3.{region}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": object_arn}


def _replica_key(rule: dict) -> str:
    configuration = (rule.get("Destination") or {}).get("EncryptionConfiguration") or {}
    return configuration.get("ReplicaKmsKeyID", "")


def _key_problem(entry: dict, rule: dict, owner: str, here: str, there: str) -> str:
    source_key = kms_key_of(entry)
    if source_key is None:
        return ""
    for account, region, key in ((source_key.split(":")[4], here, source_key), (owner, there, _replica_key(rule))):
        with scope(account, region):
            record = kms._resolve_key(key)
        if record is None or record.get("KeyState") != "Enabled":
            return f"KMS key {key} is {record['KeyState'] if record else 'not there'}"
    return ""


def _store(source: str, key: str, entry: dict, rule: dict, role: str) -> None:
    name = destination_of(rule)
    owner = s3._bucket_owner_account(name)
    version = entry["version_id"]
    bucket = s3._ensure_bucket(source)
    data = None if entry.get("is_delete_marker") else s3._version_body(bucket, source, key, entry)
    lock_key = (source, key, None if version == "null" else version)
    retention, hold = s3._object_retention.get(lock_key), s3._object_legal_hold.get(lock_key)
    tags = s3._object_tags.get(lock_key)
    if tags is not None and role_lacks(role, "", [("s3:ReplicateTags", f"arn:aws:s3:::{name}/{key}", {})]):
        tags = None  # as S3 does: the object goes, its tags stay
    with scope(owner, s3._replication_destination_region(name)):
        if version_of(name, key, version) is None:
            _insert(name, key, entry, data, rule)
            if retention is None and not entry.get("is_delete_marker"):
                s3._apply_object_lock_from_headers(name, key, {}, version)
        _follow(s3._object_legal_hold, (name, key, version), hold)
        _follow(s3._object_tags, (name, key, version), tags)
        kept = s3._object_retention.get((name, key, version))
        if retention and (kept is None or kept["RetainUntilDate"] < retention["RetainUntilDate"]):
            s3._object_retention[(name, key, version)] = dict(retention)


def _follow(store, key: tuple, value) -> None:
    """Makes the replica's entry what the source's is."""
    if value is None:
        store.pop(key, None)
    else:
        store[key] = copy.deepcopy(value)


def _insert(name: str, key: str, entry: dict, data, rule: dict) -> None:
    """Puts the version where its time belongs: a replica that comes late does not hide what was written since."""
    bucket = s3._ensure_bucket(name)
    versions = s3._object_versions.setdefault((name, key), [])
    s3._preserve_null_version(name, key, versions, bucket["objects"].get(key))
    new = copy.copy(entry)
    new["is_latest"] = False
    if not entry.get("is_delete_marker"):
        new["data"] = data
        new["replication_status"] = "REPLICA"
        new["preserved_headers"] = dict(entry.get("preserved_headers", {}))
        if kms_key_of(entry) is not None:
            new["preserved_headers"][_SSE_KEY] = _replica_key(rule)
        storage = (rule.get("Destination") or {}).get("StorageClass")
        if storage:
            new["storage_class"] = storage
    at = len(versions)
    while at > 0 and versions[at - 1]["last_modified"] > new["last_modified"]:
        at -= 1
    versions.insert(at, new)
    for other in versions:
        other["is_latest"] = other is versions[-1]
    if versions[-1] is not new:
        return
    if new.get("is_delete_marker"):
        bucket["objects"].pop(key, None)
    else:
        current = s3._object_record_from_version(new)
        current["body"] = data
        current["parts"] = new.get("parts")
        bucket["objects"][key] = current


def _stamp(bucket: str, key: str, entry: dict, status: str) -> None:
    """Sets the source's status, on the version and on the current object when that is the same."""
    if status == "COMPLETED" and entry.get("replication_status") == "FAILED":
        status = "FAILED"  # one destination of several failed
    entry["replication_status"] = status
    record = s3._ensure_bucket(bucket)
    current = record["objects"].get(key) if record else None
    if current is not None and current.get("version_id") == entry["version_id"]:
        current["replication_status"] = status
