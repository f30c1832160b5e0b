import { readFile } from "node:fs/promises";
import { z } from "zod";
import { schemaWords } from "../../vault/schema-words.js";
import { jsonOf } from "../../vault/sequence/json.js";

/** PagerDuty's own address; accounts in Europe have another, https://developer.pagerduty.com/docs/events-api-v2-overview. */
const pagerDuty = "https://events.pagerduty.com/v2/enqueue";

const address = z.url({ protocol: /^https?$/, error: "expected an http or https address" });

const receiver = z.union(
  [
    z.strictObject({
      pagerduty: z.strictObject({
        /** Integration key of the service; whoever has it can page. */
        routingKey: z.string().min(1),
        /** @default PagerDuty's own */
        url: address.default(pagerDuty),
      }),
    }),
    z.strictObject({
      webhook: z.strictObject({
        url: address,
        /** Sent along: `authorization`. @default none */
        headers: z.record(z.string(), z.string()).default({}),
      }),
    }),
  ],
  { error: "expected { pagerduty: { routingKey } } or { webhook: { url } }" },
);

const schema = z.record(z.string(), receiver);

/** How somebody named in the plan is told. */
export type Receiver = z.output<typeof receiver>;

/** Receivers by who they are in the plan's `people`. */
export type Receivers = Readonly<Record<string, Receiver>>;

/**
 * Reads who is told how. The file holds secrets: messages show nothing of its content.
 *
 * @throws Error that says what is wrong with it
 */
export async function readReceivers(file: string): Promise<Receivers> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read: ${error.code}`);
  });
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new Error(`${file} does not say how people are told: ${schemaWords(parsed.error)}`);
}
