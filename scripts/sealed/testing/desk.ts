import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { vi } from "vitest";

import type { DatabaseAddress } from "../../../engines/comparison/index.js";
import {
  everything,
  grants,
  roles,
  type TestServer,
  testServer,
} from "../../../engines/postgres-logical/testing/world.js";
import { parsePlan } from "../../../plan/index.js";
import supportDesk from "../../../plans/support-desk.js";
import {
  type Backend,
  type BackendName,
  startBackend,
  testCredentials,
} from "../../../vault/testing/backends.js";
import { openTerminal, type Terminal } from "../../testing/terminal.js";
import { amazon, keptInCloud, keyRegions } from "./cloud-keys.js";

/** A support desk: its database, its stores, its plan, and whoever types commands. */
export interface Desk extends AsyncDisposable, Pick<Terminal, "secondsite"> {
  readonly server: TestServer;
  readonly database: DatabaseAddress;
  /** Everything is in here. */
  readonly folder: string;
  /** The plan as a file. */
  readonly plan: string;
  /** Files with the identity of each holder of the recovery key. */
  readonly holders: readonly string[];
  /** The S3 server of the office. */
  readonly store: Backend;
  /** Folder of the offsite copies. */
  readonly offsite: string;
  /** Address of the office's store. */
  readonly office: string;
  /** Arguments that say where the copies are. */
  readonly places: readonly string[];
}

/** How a desk differs from most. */
export interface DeskOptions {
  /** What the office's store runs on. @default "versitygw" */
  readonly backend?: BackendName;
  /** Its bucket keeps what is overwritten or deleted. @default false */
  readonly versioned?: boolean;
  /**
   * `kms`: AWS keeps the category's key, at the office in eu-west-1 and offsite in eu-central-1; the office's server is AWS.
   * @default "age": the holders' keys alone
   */
  readonly keys?: "age" | "kms";
  /** Its bucket can lock what it keeps, and locks nothing by itself. @default false */
  readonly locked?: boolean;
}

/**
 * Starts a desk: plan B with one copy at a real S3 server and one on a disk; the mirror in another town is not there.
 *
 * @param change to the dataset's first backup
 */
export async function startDesk(
  change: Readonly<Record<string, unknown>> = {},
  { backend = "versitygw", versioned = false, locked = false, keys = "age" }: DeskOptions = {},
): Promise<Desk> {
  const [server, office] = await Promise.all([testServer(), startBackend(backend)]);
  const folder = await mkdtemp(join(tmpdir(), "ss-desk-"));
  for (const name of ["staging", "offsite"]) await mkdir(join(folder, name));
  await server.sql(server.address, ...roles);
  const database = await server.database("desk");
  await server.sql(database, ...everything, ...grants);
  const identities = await Promise.all([generateIdentity(), generateIdentity()]);
  const holders = await Promise.all(
    identities.map(async (identity, index) => {
      const file = join(folder, `holder-${index + 1}.txt`);
      await writeFile(file, `# recovery key\n${identity}\n`, { mode: 0o600 });
      return file;
    }),
  );
  const plan = structuredClone(supportDesk);
  if (plan.keys.recovery)
    plan.keys.recovery.recipients = await Promise.all(identities.map(identityToRecipient));
  if (keys === "kms") {
    keptInCloud(plan);
    amazon(office);
  }
  const tickets = plan.datasets.tickets;
  if (tickets?.kind === "postgres") Object.assign(tickets.backups[0] ?? {}, change);
  const file = join(folder, "plan.json");
  await writeFile(file, JSON.stringify(parsePlan(plan)));
  await bucket(office, { versioned, locked, region: keys === "kms" ? keyRegions[0] : "us-east-1" });
  await credentials(folder);
  // What cannot be recorded in a vault waits here, not in the home folder of whoever runs tests.
  vi.stubEnv("XDG_STATE_HOME", join(folder, "state"));
  vi.stubEnv("PGHOST", server.address.host);
  vi.stubEnv("PGUSER", server.address.user);
  const offsite = join(folder, "offsite");
  const { endpoint = "" } = office;
  const places = ["--store", `office=${endpoint}`, "--store", `offsite=${offsite}`];
  const { secondsite, close } = openTerminal();
  return {
    ...{ server, database, folder, plan: file, holders, office: endpoint, store: office, offsite, places },
    secondsite,
    async [Symbol.asyncDispose]() {
      close();
      vi.unstubAllEnvs();
      await Promise.all([server[Symbol.asyncDispose](), office.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The bucket that the plan calls for, as its owner made it. */
async function bucket(
  { endpoint }: Backend,
  { versioned, locked, region }: Record<"versioned" | "locked", boolean> & { readonly region: string },
): Promise<void> {
  const client = new S3Client({
    ...{ region, credentials: testCredentials, forcePathStyle: true },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const Bucket = "desk-office-customer";
  await client.send(
    new CreateBucketCommand({ Bucket, ...(locked ? { ObjectLockEnabledForBucket: true } : {}) }),
  );
  const VersioningConfiguration = { Status: "Enabled" } as const;
  if (versioned || locked)
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

/** A profile for the one store; nothing in the environment opens it. */
async function credentials(folder: string): Promise<void> {
  const file = join(folder, "credentials");
  const { accessKeyId, secretAccessKey } = testCredentials;
  await writeFile(
    file,
    `[desk-office]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    { mode: 0o600 },
  );
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", file);
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "none"));
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
}
