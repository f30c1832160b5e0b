import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { generateIdentity, identityToRecipient } from "age-encryption";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ageRecipient } from "../keys/age.js";
import { formatKeyDocument } from "../keys/key-document.js";
import { currentKey } from "../keys/key-ring.js";
import { openKey } from "../keys/open-key.js";
import type { KeyProvider } from "../keys/provider.js";
import { toolsForRestore } from "../testing/backends.js";
import { memoryStore } from "../testing/memory-store.js";
import { seal } from "./envelope.js";
import { plainOpenCommand } from "./plain-commands.js";

/** Stands for a cloud's key service, which a recovery without the account does not have. */
const lost: KeyProvider = {
  kind: "kms",
  key: "alias/chat-customer",
  wrap: async (secret) => Buffer.from(secret).toString("hex"),
  unwrap: async (wrapped) => Buffer.from(wrapped, "hex"),
};

let dir: string;
let path: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "secondsite-plain-"));
  const { python, age } = await toolsForRestore();

  path = [dirname(python), dirname(age)].join(delimiter);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("F9: what was sealed opens by the manifest's command taken as it stands, with either holder's file alone", async () => {
  const identities = await Promise.all([generateIdentity(), generateIdentity(), generateIdentity()]);
  const holders = await Promise.all(
    identities.slice(0, 2).map(async (identity) => ageRecipient(await identityToRecipient(identity))),
  );
  const ring = { store: memoryStore(), plan: "chat", dataset: "messages", keys: [lost] };
  const key = await currentKey(ring, "data", [lost, ...holders], new Date());
  const body = randomBytes(1_000_000);
  const context = { plan: "chat", dataset: "messages", object: "dumps/1" };
  const chunks = [];
  for await (const chunk of seal([body] as never, { id: key.id, secret: await openKey(ring, key), context }))
    chunks.push(chunk);
  const file = (name: string) => join(dir, name);
  await writeFile(file("key.json"), formatKeyDocument(key.document));
  await writeFile(file("dump.sealed"), Buffer.concat(chunks));
  const opened = async (identity: string) => {
    await writeFile(file("recovery.txt"), `# recovery key\n${identity}\n`);
    const files = {
      key: file("key.json"),
      identity: file("recovery.txt"),
      sealed: file("dump.sealed"),
      target: file("dump"),
    };
    const [program = "", ...args] = plainOpenCommand(key.document, files) ?? [];
    return execa(program, args, { reject: false, env: { PATH: path }, extendEnv: false });
  };

  for (const identity of identities.slice(0, 2)) {
    expect(await opened(identity)).toMatchObject({ exitCode: 0 });
    expect((await readFile(file("dump"))).equals(body)).toBe(true);
    await rm(file("dump"));
  }
  expect((await opened(identities[2] ?? "")).stderr).toContain(
    "this identity opens none of alias/chat-customer, age1",
  );
  await expect(readFile(file("dump"))).rejects.toThrow("ENOENT");
  const sealedOnlyByKms = { ...key.document, wrapped: key.document.wrapped.slice(0, 1) };
  expect(
    plainOpenCommand(sealedOnlyByKms, { key: "", identity: "", sealed: "", target: "" }),
  ).toBeUndefined();
});
