import pLimit from "p-limit";
import { z } from "zod";

import { VaultError } from "../errors.js";
import type { ObjectStore } from "../object-store.js";
import type { Link } from "../sequence/append.js";
import { canonical, exactText, parseCanonical } from "../sequence/canonical.js";
import { numberedKey, numberOf } from "./keys.js";

const schema = z.strictObject({
  version: z.literal(1),
  /** Name of the log. */
  log: z.string().min(1),
  /** Number of a record in that log. */
  sequence: z.int().min(1),
  /** SHA-256 of that record as stored, hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  anchoredAt: z.iso.datetime(),
});

/** Where the heads of a log are kept: outside of the store that the log is in. */
export interface AnchorPlace {
  readonly store: ObjectStore;
  /** Start of its keys: `audit-anchors/virginia/`. */
  readonly prefix: string;
  /** Name of the log. */
  readonly name: string;
}

/** An anchor as found, whatever is in it. */
export interface FoundAnchor {
  readonly key: string;
  /** Number of the record by its key; undefined when it is nothing that belongs there. */
  readonly number: number | undefined;
  /** SHA-256 of the record. */
  readonly sha256?: string;
  /** Why it is none. */
  readonly problem?: string;
}

/**
 * Keeps a log's head outside. An anchor is created under its record's number and never overwritten, so whoever cuts the
 * log and goes on with another record of that number does not get it past here.
 *
 * @throws VaultError when the store does not answer, or when it knows another record of that number
 */
export async function writeAnchor(
  { store, prefix, name }: AnchorPlace,
  { sequence, sha256 }: Link,
  now: () => Date = () => new Date(),
): Promise<void> {
  const key = numberedKey(prefix, sequence);
  const anchor = { version: 1, log: name, sequence, sha256, anchoredAt: now().toISOString() };
  if (await store.create(key, canonical(anchor))) return;
  const there = await anchorAt({ store, prefix, name }, key);
  if (there.sha256 !== sha256)
    throw new VaultError(
      `${key} at ${store.label} knows another record number ${sequence} of the audit log "${name}": ${there.problem ?? "the log was cut or altered"}`,
      "secondsite audit says what is damaged",
    );
}

/** Every anchor of a log, by number. */
export async function readAnchors(place: AnchorPlace): Promise<FoundAnchor[]> {
  const keys: string[] = [];
  for await (const { key } of place.store.list(place.prefix)) keys.push(key);
  const limit = pLimit(readsAtOnce);
  return Promise.all(keys.map((key) => limit(() => anchorAt(place, key))));
}

const readsAtOnce = 16;

async function anchorAt({ store, prefix, name }: AnchorPlace, key: string): Promise<FoundAnchor> {
  const number = numberOf(prefix, key);
  const body = await store.get(key);
  if (!body) return { key, number, problem: "it is listed and cannot be read" };
  const label = `${key} at ${store.label}`;
  try {
    const { log, sequence, sha256 } = parseCanonical(
      exactText(body, label),
      schema,
      "a version 1 anchor of an audit log",
      label,
    );
    const foreign = log !== name || sequence !== number;
    return foreign
      ? { key, number, problem: `it is the anchor of number ${sequence} of "${log}"` }
      : { key, number, sha256 };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return { key, number, problem: error.message };
  }
}
