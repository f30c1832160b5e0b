import {
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KeyMetadata,
  type KMSClient,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";

import { isError, orUndefined } from "../errors.js";
import { removedTags } from "../tags.js";
import { fromKmsTags, toKmsTags } from "./key-tags.js";

/** Everything about a key that a program can state. */
export interface LiveKey {
  readonly metadata: KeyMetadata;
  readonly policy: string | undefined;
  readonly rotation: { readonly enabled: boolean; readonly days: number | undefined };
  readonly tags: Record<string, string>;
}

const notFound = "NotFoundException";

/** The key, or undefined when there is none or its deletion is scheduled. */
export async function readKey(client: KMSClient, KeyId: string): Promise<LiveKey | undefined> {
  const metadata = await describeKey(client, KeyId);
  if (!metadata) return undefined;
  const { Policy } = await client.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
  const symmetric = metadata.KeySpec === "SYMMETRIC_DEFAULT";
  // Asking keys that can't rotate is an error.
  const rotation = symmetric ? await client.send(new GetKeyRotationStatusCommand({ KeyId })) : undefined;
  const { Tags } = await client.send(new ListResourceTagsCommand({ KeyId }));
  const enabled = rotation?.KeyRotationEnabled ?? false;
  const days = enabled ? rotation?.RotationPeriodInDays : undefined;
  return { metadata, policy: Policy, rotation: { enabled, days }, tags: fromKmsTags(Tags) };
}

/** What KMS says about a key that is in use. */
export async function describeKey(client: KMSClient, KeyId: string): Promise<KeyMetadata | undefined> {
  const found = await orUndefined(client.send(new DescribeKeyCommand({ KeyId })), notFound);
  const state = found?.KeyMetadata?.KeyState ?? "";
  return /^Pending(Replica)?Deletion$/.test(state) ? undefined : found?.KeyMetadata;
}

/** Switches rotation on, with its period in days, or off. */
export async function putRotation(
  client: KMSClient,
  KeyId: string,
  on: boolean,
  days?: number,
): Promise<void> {
  if (on) await client.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: days }));
  else await client.send(new DisableKeyRotationCommand({ KeyId }));
}

/** Enables or disables a key. */
export async function putEnabled(client: KMSClient, KeyId: string, on: boolean): Promise<void> {
  await client.send(on ? new EnableKeyCommand({ KeyId }) : new DisableKeyCommand({ KeyId }));
}

/** Sets a key's description. */
export async function putDescription(client: KMSClient, KeyId: string, Description: string): Promise<void> {
  await client.send(new UpdateKeyDescriptionCommand({ KeyId, Description }));
}

/** Sets a key's policy. */
export async function putPolicy(
  client: KMSClient,
  KeyId: string,
  Policy: string,
  bypass = false,
): Promise<void> {
  const BypassPolicyLockoutSafetyCheck = bypass;
  await client.send(
    new PutKeyPolicyCommand({ KeyId, Policy, PolicyName: "default", BypassPolicyLockoutSafetyCheck }),
  );
}

type Tags = Readonly<Record<string, string>> | undefined;

/** Brings a key's tags from old to next. */
export async function putTags(client: KMSClient, KeyId: string, old: Tags, next: Tags): Promise<void> {
  const TagKeys = removedTags(old, next);
  if (TagKeys.length > 0) await client.send(new UntagResourceCommand({ KeyId, TagKeys }));
  const Tags = toKmsTags(next);
  if (Tags.length > 0) await client.send(new TagResourceCommand({ KeyId, Tags }));
}

/** Schedules a key's deletion; KMS deletes none at once. */
export async function deleteKey(client: KMSClient, KeyId: string, days: number | undefined): Promise<void> {
  try {
    await client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: days }));
  } catch (error) {
    if (isError(error, notFound)) return;
    const pending = isError(error, "KMSInvalidStateException") && !(await describeKey(client, KeyId));
    if (!pending) throw error;
  }
}
