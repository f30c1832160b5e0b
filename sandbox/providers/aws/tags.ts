import { equal, hasUnknown, isObject, type Value, type Values } from "../protocol/index.js";
import type { Configuration } from "./configuration.js";
import type { AnyResource } from "./resource.js";
import { schema } from "./schema/schema.js";

/** Whether a resource type has tags. */
function tagged(type: AnyResource): boolean {
  return schema.resources[type.token]?.inputs.tags !== undefined;
}

/** Inputs as AWS is to get them: with the tags that the provider's configuration puts on everything. */
export function withDefaultTags(type: AnyResource, inputs: Values, { defaultTags }: Configuration): Values {
  if (!tagged(type)) return inputs;
  return { ...inputs, tags: { ...defaultTags, ...(isObject(inputs.tags) ? inputs.tags : {}) } };
}

/** Whether the provider's configuration puts other tags on a resource than it has, its own tags aside. */
export function otherDefaultTags(
  type: AnyResource,
  state: Values,
  news: Values,
  settings: Configuration,
): boolean {
  if (!tagged(type) || !isObject(state.tagsAll) || hasUnknown(news.tags ?? null)) return false;
  const { tags } = withDefaultTags(type, news, settings);
  const own = new Set([...keys(state.tags), ...keys(news.tags)]);
  const others = (all: Value | undefined) =>
    Object.fromEntries(Object.entries(isObject(all) ? all : {}).filter(([key]) => !own.has(key)));
  return !equal(others(state.tagsAll), others(tags));
}

function keys(value: Value | undefined): string[] {
  return isObject(value) ? Object.keys(value) : [];
}

/** Live tags, told apart into those of the resource and those of the provider's configuration. */
export function splitTags(
  type: AnyResource,
  live: Values,
  inputs: Values,
  { defaultTags }: Configuration,
): Values {
  if (!tagged(type)) return live;
  const all = isObject(live.tags) ? live.tags : {};
  const given = isObject(inputs.tags) ? inputs.tags : {};
  const tags = Object.entries(all).filter(([key, value]) => key in given || defaultTags[key] !== value);
  return { ...live, tags: Object.fromEntries(tags), tagsAll: all };
}

/** Tags as most AWS services list them, as an object; AWS's own are left out. */
export function fromTagList(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string> {
  const entries = (list ?? []).map(({ Key = "", Value = "" }) => [Key, Value] as const);
  return Object.fromEntries(
    entries.filter(([key]) => !key.startsWith("aws:")).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Tags as most AWS services take them. */
export function toTagList(
  tags: Readonly<Record<string, string>> | undefined,
): { Key: string; Value: string }[] {
  return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

/** Keys that are there and should not be. */
export function removedTags(
  old: Readonly<Record<string, string>> | undefined,
  next: Readonly<Record<string, string>> | undefined,
): string[] {
  return Object.keys(old ?? {}).filter((key) => !Object.hasOwn(next ?? {}, key));
}
