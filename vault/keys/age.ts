import { armor, Decrypter, Encrypter, identityToRecipient } from "age-encryption";
import { z } from "zod";

import { VaultError } from "../errors.js";
import { jsonOf } from "../sequence/json.js";
import { contextWords, type KeyContext, type KeyProvider } from "./provider.js";

/** The secret with what it is bound to: age itself binds nothing. */
const bound = z.object({ secret: z.base64(), context: z.record(z.string(), z.string()) });

/**
 * An age key pair. Wrapping needs the recipient alone, which is no secret; unwrapping needs the identity.
 *
 * What it wraps is an armored age file: `age --decrypt --identity FILE` opens it to JSON with the secret, in base64.
 *
 * @param recipient `age1…`
 */
export function ageRecipient(recipient: string): KeyProvider {
  return provider(recipient, undefined);
}

/**
 * An age key pair whose identity is at hand.
 *
 * @param text an identity file: lines of `AGE-SECRET-KEY-1…`, and comments
 * @throws VaultError when there is not exactly one identity in it; it shows nothing of it
 */
export async function ageIdentity(text: string): Promise<KeyProvider> {
  const identities = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const [identity] = identities;
  const held = identities.filter((line) => line.startsWith("AGE-SECRET-KEY-1")).length;
  if (identity === undefined || identities.length > 1)
    throw new VaultError(
      `an age identity file holds one identity, this one holds ${held > 1 ? held : `none in ${identities.length} lines`}`,
    );
  let recipient: string;
  try {
    recipient = await identityToRecipient(identity);
  } catch {
    // The cause is left out on purpose: it may quote what was read.
    throw new VaultError("what was given is no age identity (AGE-SECRET-KEY-1…)");
  }
  return provider(recipient, identity);
}

function provider(recipient: string, identity: string | undefined): KeyProvider {
  return {
    kind: "age",
    key: recipient,
    async wrap(secret, context) {
      try {
        const encrypter = new Encrypter();
        encrypter.addRecipient(recipient);
        const text = JSON.stringify({ secret: Buffer.from(secret).toString("base64"), context });
        return armor.encode(await encrypter.encrypt(text));
      } catch {
        throw new VaultError(`${recipient} is no age recipient (age1…)`);
      }
    },
    async unwrap(wrapped, context) {
      if (identity === undefined)
        throw new VaultError(
          `the identity of ${recipient} is not at hand`,
          "give the file with the age identity; its holders are named in the plan",
        );
      const text = await opened(wrapped, identity, recipient);
      const parsed = bound.safeParse(jsonOf(text));
      if (!parsed.success) throw new VaultError(`what ${recipient} opened is not a wrapped secret`);
      if (!sameContext(parsed.data.context, context))
        throw new VaultError(
          `what ${recipient} opened was wrapped for something else: ${contextWords(parsed.data.context)}, not ${contextWords(context)}`,
        );
      return Buffer.from(parsed.data.secret, "base64");
    },
  };
}

async function opened(wrapped: string, identity: string, recipient: string): Promise<string> {
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    return await decrypter.decrypt(armor.decode(wrapped), "text");
  } catch {
    throw new VaultError(`${recipient} does not open this: it was wrapped for another key, or it is damaged`);
  }
}

function sameContext(a: KeyContext, b: KeyContext): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
