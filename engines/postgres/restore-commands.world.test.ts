import { chown, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";

import { names } from "../../plan/index.js";
import { rootCredentials } from "../../sandbox/aws/index.js";
import { type LocalAws, startLocalAws } from "../../sandbox/aws/testing/local-aws.js";
import { createBucket } from "../../sandbox/aws/testing/vault.js";
import { silent } from "../../sandbox/progress.js";
import { type FreshContainer, freshContainer } from "../../sandbox/testing/fresh-container.js";
import { ensureTools } from "../../sandbox/toolchain/index.js";
import {
  ageIdentity,
  ageRecipient,
  appendEntry,
  currentKey,
  kmsProvider,
  readChain,
  type Store,
  s3Store,
  signerOf,
  unwrapPassphrase,
} from "../../vault/index.js";
import { program } from "./programs.js";
import { restoreCommands } from "./restore-commands.js";
import { physical, place, prefix } from "./testing/chain.js";
import { layKeys } from "./vault-keys.js";

const [region, bucket, alias] = ["us-east-1", "chat-oregon-customer", "alias/chat-customer"];
const { plan, dataset } = place;
const passphraseKey = names.passphraseKey(dataset);
const repository = names.repositoryPath(dataset, 1);

let aws: LocalAws;
let kms: KMSClient;
let key: string;
let store: Store;
let path: string[];
let identities: string[];
let passphrase: string;
/** The point's commands, as they were read back from its entry. */
let commands: readonly (readonly string[])[];
const containers: FreshContainer[] = [];

async function container(env: Readonly<Record<string, string>> = {}): Promise<FreshContainer> {
  const named = ["s3", "kms", `${bucket}.s3`].map((host) => `${host}.${region}.amazonaws.com`);
  const made = await freshContainer({
    ...{ hosts: [`127.73.1.20 ${named.join(" ")}`], caFile: aws.caFile, path },
    env: {
      AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
      // The CLI brings authorities of its own.
      AWS_CA_BUNDLE: "/etc/ssl/certs/ca-certificates.crt",
      ...env,
    },
  });
  containers.push(made);
  return made;
}

const done = async (where: FreshContainer, ...argv: string[]) => {
  const { exitCode, all } = await where.run(argv);
  expect(exitCode, `${argv[0]}: ${all}`).toBe(0);
  return all.trim();
};
const sql = (where: FreshContainer, statement: string) =>
  done(where, "psql", "-X", "-h", "/restore", "-U", "postgres", "-Atc", statement, "postgres");
const stopped = (where: FreshContainer) =>
  where.run(["pg_ctl", "-D", "/restore/data", "-m", "immediate", "stop"]);

/** A server with some rows, backed up by pgBackRest as captures do, and two more rows that no backup has. */
async function captured(): Promise<string> {
  const source = await container();
  const config = [
    "[global]",
    ...[
      "repo1-type=s3",
      `repo1-s3-bucket=${bucket}`,
      `repo1-s3-region=${region}`,
      `repo1-path=${repository}`,
    ],
    `repo1-s3-endpoint=s3.${region}.amazonaws.com`,
    ...[
      `repo1-s3-key=${rootCredentials.accessKeyId}`,
      `repo1-s3-key-secret=${rootCredentials.secretAccessKey}`,
    ],
    ...[
      "repo1-cipher-type=aes-256-cbc",
      `repo1-cipher-pass=${passphrase}`,
      "repo1-bundle=y",
      "compress-type=zst",
    ],
    ...["start-fast=y", "log-level-file=off", "lock-path=/restore/lock"],
    ...[`[${dataset}]`, "pg1-path=/restore/data", "pg1-socket-path=/restore", "pg1-user=postgres", ""],
  ];
  const file = join(source.folder, "source.conf");
  await writeFile(file, config.join("\n"), { mode: 0o600 });
  await chown(file, 65_534, 65_534);
  const pgbackrest = (...args: string[]) =>
    done(source, "pgbackrest", "--config=/restore/source.conf", `--stanza=${dataset}`, ...args);
  await done(source, "initdb", "-D", "/restore/data", "-U", "postgres", "--data-checksums", "--auth=trust");
  const options = [
    ...["-c listen_addresses=", "-c unix_socket_directories=/restore", "-c archive_mode=on"],
    `-c archive_command='pgbackrest --config=/restore/source.conf --stanza=${dataset} archive-push %p'`,
  ];
  await pgbackrest("--no-online", "stanza-create");
  await done(
    source,
    "pg_ctl",
    "-D",
    "/restore/data",
    "-l",
    "/restore/log",
    `-o ${options.join(" ")}`,
    "start",
  );
  await sql(source, "CREATE TABLE kept AS SELECT n, md5(n::text) FROM generate_series(1, 1000) n");
  await pgbackrest("--type=full", "backup");
  await sql(source, "INSERT INTO kept VALUES (1001, 'later'), (1002, 'later'); SELECT pg_switch_wal()");
  const info = JSON.parse(await pgbackrest("--output=json", "info")) as { backup: { label: string }[] }[];
  await stopped(source);
  return info[0]?.backup[0]?.label ?? "";
}

beforeAll(async () => {
  const tools = await ensureTools(["age", "aws", "jq", "pgbackrest", "postgres", "psql"], silent);
  const programs = [tools.age, tools.aws, tools.jq, tools.pgbackrest, await program("postgres")];
  path = [...new Set(programs.map(dirname))];
  aws = await startLocalAws({ net: 73, regions: [region] });
  const client = aws.client(region);
  kms = new KMSClient(client);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  key = KeyMetadata?.KeyId ?? "";
  await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: key }));
  // Not under the key itself: it will be gone while the bucket is still there.
  await createBucket(new S3Client(client), bucket);
  store = s3Store({ bucket, region, credentials: rootCredentials, agent: client.requestHandler.httpsAgent });
  identities = await Promise.all([generateIdentity(), generateIdentity(), generateIdentity()]);
  const cloud = kmsProvider({ alias, region, client });
  const holders = identities.slice(0, 2).map(async (one) => ageRecipient(await identityToRecipient(one)));
  const recipients = [cloud, ...(await Promise.all(holders))];
  await layKeys({ plan, dataset, stores: [store], recipients }, () => undefined);
  const ring = { store, plan, dataset, keys: [cloud] };
  const holder = await ageIdentity(identities[0] ?? "");
  passphrase = await unwrapPassphrase({ ...ring, keys: [holder] });
  const label = await captured();
  const restore = restoreCommands({
    place: { kind: "bucket", bucket, region },
    plan,
    dataset,
    passphrase: passphraseKey,
    repository,
    label,
  });
  const signer = await signerOf(ring, await currentKey(ring, "signing", recipients, new Date()));
  await appendEntry(store, prefix, physical(1, { label, restore }), signer);
  const [found] = await readChain(store, prefix);
  commands = found?.entry?.entry === "point" ? found.entry.restore : [];
});
afterAll(async () => {
  for (const each of containers) {
    await stopped(each);
    await each.remove();
  }
  await aws?.stop();
});

const held = (where: FreshContainer, identity: string) =>
  writeFile(join(where.folder, "recovery.txt"), `# recovery key\n${identity}\n`);
const configured = async (where: FreshContainer) => {
  const file = join(where.folder, "pgbackrest.conf");
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe("600");
  return /^repo1-cipher-pass=(.*)$/m.exec(await readFile(file, "utf8"))?.[1];
};

/** Runs the point's commands as they stand and holds what is restored against the source at the backup's end. */
async function restored(where: FreshContainer): Promise<void> {
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) await done(where, ...command);
  expect(await configured(where)).toBe(passphrase);
  for (let tries = 0; (await sql(where, "SELECT pg_is_in_recovery()")) !== "f"; tries++)
    expect(tries).toBeLessThan(200);
  expect(await sql(where, "SELECT count(*), sum(n), bool_and(md5 = md5(n::text)) FROM kept")).toBe(
    "1000|500500|t",
  );
  await sql(where, "INSERT INTO kept VALUES (1003, 'restored')");
  expect(await sql(where, "SHOW archive_mode")).toBe("off");
  await stopped(where);
}

test("a point restores by the commands of its entry taken as they stand, where the key service answers", async () => {
  const where = await container();
  expect((await where.run(["node", "--version"])).exitCode).not.toBe(0);

  await restored(where);
});

test("F10: a passphrase as the first vaults wrapped it opens by the same commands", async () => {
  const cloud = kmsProvider({ alias, region, client: aws.client(region) });
  const ciphertext = await cloud.wrap(Buffer.from("of-the-first-vaults"), { plan, dataset });
  const old = "keys/first/passphrase.json";
  await store.create(old, `${JSON.stringify({ version: 1, keyAlias: alias, ciphertext })}\n`);
  const where = await container();
  const [fetch = [], open = []] = restoreCommands({
    place: { kind: "bucket", bucket, region },
    ...{ plan, dataset, passphrase: old, repository, label: "20260301-020001F" },
  });
  await done(where, ...fetch);
  await done(where, ...open);

  expect(await configured(where)).toBe("of-the-first-vaults");
});

test("the key gone: refused without a holder's file, and with a stranger's; nothing is written", async () => {
  await kms.send(new DisableKeyCommand({ KeyId: key }));
  const [fetch = [], open = []] = commands;
  const where = await container();
  await done(where, ...fetch);
  const without = await where.run(open);
  expect(without.exitCode).not.toBe(0);
  expect(without.all).toContain("DisabledException");
  await held(where, identities[2] ?? "");
  const stranger = await where.run(open);
  expect(stranger.exitCode).toBe(1);
  expect(stranger.all).toMatch(/recovery.txt opens none of: alias\/chat-customer, age1.*, age1/);

  expect(await readdir(where.folder)).not.toContain("pgbackrest.conf");
  expect(stranger.all).not.toContain("AGE-SECRET-KEY");
});

test.each([0, 1])(
  "the key gone: holder %i's file and access to the bucket are all that it takes",
  async (holder) => {
    const where = await container();
    await held(where, identities[holder] ?? "");

    await restored(where);
  },
);
