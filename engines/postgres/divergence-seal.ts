import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/** First bytes of a sealed file: what it is, and which version. */
const magic = "secondsite-sealed-1\n";

/**
 * Compresses and encrypts a file: magic, 32 bytes of salt, 12 of nonce, ciphertext, 16 of tag.
 *
 * AES-256-GCM under a key that HKDF-SHA-256 derives from the passphrase, anew for every file.
 *
 * @param key of the object it is stored as: sealed in, so that it does not open as another.
 */
export async function seal(content: Uint8Array, passphrase: string, key: string): Promise<Buffer> {
  const salt = randomBytes(32);
  const nonce = randomBytes(12);
  const secret = Buffer.from(hkdfSync("sha256", passphrase, salt, magic, 32));
  const cipher = createCipheriv("aes-256-gcm", secret, nonce).setAAD(Buffer.from(magic + key));
  const body = [cipher.update(await compress(content)), cipher.final()];
  return Buffer.concat([Buffer.from(magic), salt, nonce, ...body, cipher.getAuthTag()]);
}

/**
 * A program that opens a sealed file with node alone: `node --input-type=module --eval PROGRAM SEALED KEY OUTPUT`,
 * the passphrase in `PASSPHRASE`. It goes into every report, so that nothing of Secondsite is needed to read one.
 */
export const openingProgram = [
  'import { createDecipheriv, hkdfSync } from "node:crypto";',
  'import { readFileSync, writeFileSync } from "node:fs";',
  'import { gunzipSync } from "node:zlib";',
  "const [, sealed, key, output] = process.argv;",
  `const magic = ${JSON.stringify(magic)};`,
  "const file = readFileSync(sealed);",
  'if (file.toString("latin1", 0, magic.length) !== magic) throw new Error(sealed + " is not sealed");',
  "const at = magic.length;",
  'const secret = Buffer.from(hkdfSync("sha256", process.env.PASSPHRASE, file.subarray(at, at + 32), magic, 32));',
  'const decipher = createDecipheriv("aes-256-gcm", secret, file.subarray(at + 32, at + 44));',
  "decipher.setAAD(Buffer.from(magic + key)).setAuthTag(file.subarray(-16));",
  "const body = [decipher.update(file.subarray(at + 44, -16)), decipher.final()];",
  "writeFileSync(output, gunzipSync(Buffer.concat(body)), { mode: 0o600 });",
].join("\n");
