import {
  ChangeTagsForResourceCommand,
  ListTagsForResourceCommand,
  type Route53Client,
  type TagResourceType,
} from "@aws-sdk/client-route-53";

import { fromTagList, removedTags, toTagList } from "../tags.js";

type Tags = Readonly<Record<string, string>> | undefined;

/** Tags of a zone or a health check. */
export async function readTags(client: Route53Client, ResourceType: TagResourceType, ResourceId: string) {
  const { ResourceTagSet } = await client.send(new ListTagsForResourceCommand({ ResourceType, ResourceId }));
  return fromTagList(ResourceTagSet?.Tags);
}

/** Brings the tags of a zone or a health check from old to next. */
export async function putTags(
  client: Route53Client,
  ResourceType: TagResourceType,
  ResourceId: string,
  old: Tags,
  next: Tags,
): Promise<void> {
  const [AddTags, RemoveTagKeys] = [toTagList(next), removedTags(old, next)];
  if (AddTags.length + RemoveTagKeys.length === 0) return;
  await client.send(
    new ChangeTagsForResourceCommand({
      ResourceType,
      ResourceId,
      ...(AddTags.length > 0 && { AddTags }),
      ...(RemoveTagKeys.length > 0 && { RemoveTagKeys }),
    }),
  );
}
