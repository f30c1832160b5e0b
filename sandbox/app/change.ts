import { z } from "zod";

const id = z.int().positive();

/** What clients may send as one change. Ids are theirs, so a repeated insert cannot double a row. */
export const change = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("insert"),
    id,
    channel: z.int(),
    author: z.string().max(200),
    body: z.string().max(10_000),
    /** ISO 8601, milliseconds. */
    writtenAt: z.iso.datetime({ precision: 3 }),
  }),
  /** Replaces a message's body and counts one more edit; nothing, when there is no such message. */
  z.strictObject({ kind: z.literal("update"), id, body: z.string().max(10_000) }),
  /** Removes a message and its reactions. */
  z.strictObject({ kind: z.literal("delete"), id }),
  /** Adds a reaction to the message `id`. */
  z.strictObject({
    kind: z.literal("react"),
    id,
    emoji: z.string().max(50),
    author: z.string().max(200).nullable(),
  }),
]);

/** One change of a row. */
export type Change = z.infer<typeof change>;

/** A write's number: within a lane numbers only grow, so a late one can never overtake. */
export interface OperationNumber {
  readonly lane: number;
  readonly number: number;
  /** When the client issued it; ISO 8601, milliseconds. */
  readonly at: string;
}

/** Header that carries the number of a write: `lane/number/at`. */
export const operationHeader = "x-operation";

/** Writes a number as the header's value. */
export function formatOperation({ lane, number, at }: OperationNumber): string {
  return `${lane}/${number}/${at}`;
}

/** Reads the header's value; undefined when it is not one. */
export function parseOperation(value: string): OperationNumber | undefined {
  const [, lane, number, at] =
    /^(\d{1,6})\/(\d{1,15})\/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(value) ?? [];
  return at && !Number.isNaN(Date.parse(at)) ? { lane: Number(lane), number: Number(number), at } : undefined;
}
