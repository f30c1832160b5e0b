import type { z } from "zod";
import { VaultError } from "../errors.js";
import { schemaWords } from "../schema-words.js";
import { jsonOf } from "./json.js";

/** An object's text: the only form in which it counts. */
export const canonical = (content: object): string => `${JSON.stringify(content, undefined, 2)}\n`;

/**
 * Reads what was written with `canonical`.
 *
 * @param what for messages: "a version 1 audit record"
 * @param label for messages: the object, and where it lies
 * @throws VaultError when it is none, or when its text differs in any way from how it is written
 */
export function parseCanonical<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  what: string,
  label: string,
): z.output<Schema> {
  const raw = jsonOf(text);
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new VaultError(`${label} is not ${what}: ${schemaWords(parsed.error)}`);
  if (canonical(raw as object) !== text)
    throw new VaultError(
      `${label} is not written as ${what} is: something was added, repeated or moved in it`,
    );
  return parsed.data;
}

/** A body as text. @throws VaultError when its bytes are none: they would otherwise be replaced, and pass */
export function exactText(body: Uint8Array, label: string): string {
  const text = Buffer.from(body).toString("utf8");
  if (!Buffer.from(text).equals(Buffer.from(body))) throw new VaultError(`${label} is no text`);
  return text;
}
