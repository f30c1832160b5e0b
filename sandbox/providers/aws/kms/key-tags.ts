import type { Tag } from "@aws-sdk/client-kms";

/** Tags as KMS takes them. */
export function toKmsTags(tags: Readonly<Record<string, string>> | undefined): Tag[] {
  return Object.entries(tags ?? {}).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

/** Tags as KMS lists them, as an object; AWS's own are left out. */
export function fromKmsTags(list: readonly Tag[] | undefined): Record<string, string> {
  const entries = (list ?? []).map(({ TagKey = "", TagValue = "" }) => [TagKey, TagValue] as const);
  return Object.fromEntries(
    entries.filter(([key]) => !key.startsWith("aws:")).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
