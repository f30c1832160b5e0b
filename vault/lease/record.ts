import { z } from "zod";
import { schemaWords } from "../schema-words.js";

import { LeaseStoreError } from "./errors.js";

const holding = {
  /** Grows by one with every holder; never reused. */
  epoch: z.int().min(1),
  /** Name of the site in the plan. */
  site: z.string().min(1),
  /** Id kept on the data volume: the epoch belongs to that volume, whichever process serves it. */
  incarnation: z.string().min(1),
};

const schema = z.object({
  version: z.literal(1),
  /** What the lease is for: one writer per dataset. */
  dataset: z.string().min(1),
  ...holding,
  /** The process that wrote this; another one is told apart by it. */
  process: z.string().min(1),
  /** Writes of that process; with `process` it makes every content, and so every ETag, unique. */
  counter: z.int().min(1),
  /** Validity of one renewal. */
  ttlSeconds: z.number().positive(),
  /** What any waiter has to wait at least, by the holder's figures. */
  waitSeconds: z.number().positive(),
  /** The holder's wall clock; for people only, no decision reads it. */
  renewedAt: z.iso.datetime(),
  /** Every earlier holder. Its volume may never take the lease again. */
  history: z.array(z.object(holding)),
});

/** Content of the lease object. */
export type LeaseRecord = z.infer<typeof schema>;

/** The object's text. */
export function formatRecord(record: LeaseRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Reads the object's text.
 *
 * @throws LeaseStoreError when it is no lease of this version.
 */
export function parseRecord(text: string): LeaseRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LeaseStoreError("the lease object is not JSON", undefined, { cause: error });
  }
  const { success, data, error } = schema.safeParse(value);
  if (!success) throw new LeaseStoreError(`the lease object is not a version 1 lease: ${schemaWords(error)}`);
  return data;
}
