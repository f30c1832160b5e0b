import { z } from "zod";

import { bytes, type Duration, isDuration, isSize, type Size, seconds } from "../units.js";

/** Kinds of values that fields of a plan share, each with the message its reader needs. */

export const duration = z.custom<Duration>(isDuration, {
  error: ({ input }) => `expected a duration such as "5m", "24h" or "90d", got ${shown(input)}`,
});
export const size = z.custom<Size>(isSize, {
  error: ({ input }) => `expected a size such as "10GiB", got ${shown(input)}`,
});
/** From one time to the next: something that is done again at once is never done. */
export const period = z.custom<Duration>((input) => isDuration(input) && seconds(input) > 0, {
  error: ({ input }) =>
    isDuration(input)
      ? `expected more than 0s, got ${shown(input)}`
      : `expected a duration such as "5m", "24h" or "90d", got ${shown(input)}`,
});
/** A size that cannot be nothing: what others are divided by, and what is there to be lost. At least one byte. */
export const someSize = z.custom<Size>((input) => isSize(input) && bytes(input) > 0, {
  error: ({ input }) =>
    isSize(input)
      ? `expected more than 0B, got ${shown(input)}`
      : `expected a size such as "10GiB", got ${shown(input)}`,
});

/** Names end up in bucket names, Kubernetes names and DNS labels, so they obey the strictest of them. */
export const name = z.string().regex(/^[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?$/, {
  error: ({ input }) =>
    `expected 1 to 32 lower-case letters, digits and inner dashes, starting with a letter, got ${shown(input)}`,
});

export const hostname = z.string().regex(/^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/, {
  error: ({ input }) => `expected a DNS name such as "api.example.com", got ${shown(input)}`,
});

/** A day, for example `"2026-11-21"`. */
export const date = z.iso.date({
  error: ({ input }) => `expected a date such as "2026-11-21", got ${shown(input)}`,
});

/** A country or a union of them in lower case: `"us"`, `"eu"`, `"de"`. */
export const jurisdiction = z.string().regex(/^[a-z]{2,8}$/, {
  error: ({ input }) => `expected a jurisdiction such as "us" or "eu", got ${shown(input)}`,
});

/** Something that exists already: referenced, never changed or deleted. */
export const existing = z.strictObject({ existing: z.string().min(1) });

/** Words that a person has to write, because nothing can be derived for them. */
export const because = (what: string) => z.string().min(1, { error: `expected a reason ${what}` });

export function shown(input: unknown): string {
  return input === undefined ? "nothing" : JSON.stringify(input);
}
