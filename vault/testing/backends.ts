import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateBucketCommand,
  ListBucketsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { execa } from "execa";

import { silent } from "../../sandbox/progress.js";
import { ownLoopbackAddress } from "../../sandbox/testing/loopback.js";
import { ensureTools } from "../../sandbox/toolchain/index.js";
import type { CapabilityTable } from "../store/capabilities.js";
import { fullyCapable } from "../store/capabilities.js";
import { directoryStore } from "../store/directory/directory-store.js";
import type { S3StoreOptions } from "../store/s3/client.js";
import { s3Store } from "../store/s3/s3-store.js";
import type { Store } from "../store/store.js";

/** Something that recovery points can be kept in, running on this machine. */
export interface Backend {
  /** What it can do, as its makers say: the table that a probe has to find. */
  readonly expected: CapabilityTable;
  /** A new, empty store. @param change what differs; a folder ignores it */
  store(change?: Partial<S3StoreOptions> & { readonly versioned?: boolean }): Promise<Store>;
  /** Address of its S3 server; undefined for a folder. */
  readonly endpoint?: string;
  /** Folder in which its server keeps what it is given; undefined for a folder. */
  readonly data?: string;
  /** Its process; undefined for a folder. */
  readonly pid?: number;
  stop(): Promise<void>;
}

/** The backends that every promise of the vault is held against. */
export const backendNames = ["ministack", "versitygw", "minio", "directory"] as const;
export type BackendName = (typeof backendNames)[number];

/** Starts a backend. @throws when it cannot be had or does not serve: a suite without it would prove nothing */
export function startBackend(name: BackendName): Promise<Backend> {
  return name === "directory" ? folder() : server(name);
}

async function folder(): Promise<Backend> {
  const dir = await mkdtemp(join(tmpdir(), "secondsite-vault-"));
  let count = 0;
  return {
    expected: {
      ...{ "conditional-create": true, checksums: false, versioning: false },
      ...{ "list-versions": false, "version-times": false, lock: false, "list-uploads": true },
    },
    store: async () => directoryStore(join(dir, `store-${++count}`)),
    stop: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Credentials that every server of a suite knows. */
export const testCredentials = { accessKeyId: "vaulttest", secretAccessKey: "vault-test-secret" };

/** The same, for whoever asks the environment. */
export const storeEnvironment = {
  AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: "true",
};

/** Below those that connections take. */
const port = 9000;

/** How each server is started on an address, with its data in a folder. */
const commands = {
  ministack: async (address: string, _dir: string) => {
    const { "ministack-python": python } = await ensureTools(["ministack-python"], silent);
    return {
      argv: [python, join(import.meta.dirname, "../../sandbox/aws/ministack/serve.py")],
      env: {
        ...{
          AUTH: "true",
          BIND_HOST: address,
          GATEWAY_PORT: String(port),
          MINISTACK_REGION: "us-east-1",
        },
        AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
        MINISTACK_ACCOUNT_ID: "000000000000",
        ...{ SANDBOX_GATES: "{}", SANDBOX_REPLICATION_SECONDS: "1", PYTHONDONTWRITEBYTECODE: "1" },
      },
    };
  },
  versitygw: async (address: string, dir: string) => {
    const { versitygw } = await ensureTools(["versitygw"], silent);
    await mkdir(join(dir, "versions"));
    return {
      argv: [
        versitygw,
        "--port",
        `${address}:${port}`,
        "--quiet",
        "--keep-alive",
        "posix",
        "--versioning-dir",
        join(dir, "versions"),
        join(dir, "data"),
      ],
      env: { ROOT_ACCESS_KEY: testCredentials.accessKeyId, ROOT_SECRET_KEY: testCredentials.secretAccessKey },
    };
  },
  minio: async (address: string, dir: string) => {
    const { minio } = await ensureTools(["minio"], silent);
    return {
      argv: [minio, "server", "--quiet", "--address", `${address}:${port}`, join(dir, "data")],
      env: {
        ...{
          MINIO_ROOT_USER: testCredentials.accessKeyId,
          MINIO_ROOT_PASSWORD: testCredentials.secretAccessKey,
        },
        ...{ MINIO_BROWSER: "off", MINIO_UPDATE: "off", MINIO_CI_CD: "1" },
      },
    };
  },
};

async function server(name: Exclude<BackendName, "directory">): Promise<Backend> {
  const dir = await mkdtemp(join(tmpdir(), `secondsite-${name}-`));
  await mkdir(join(dir, "data"));
  const address = ownLoopbackAddress();
  const { argv, env } = await commands[name](address, dir);
  const [program = "", ...args] = argv;
  const child = execa(program, args, { env: { ...env, HOME: dir }, reject: false, all: true, cwd: dir });
  const endpoint = `http://${address}:${port}`;
  const stop = async () => {
    child.kill("SIGKILL");
    await child;
    await rm(dir, { recursive: true, force: true });
  };
  const client = new S3Client({
    region: "us-east-1",
    endpoint,
    credentials: testCredentials,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  let count = 0;
  const store = async ({
    versioned = true,
    ...change
  }: Partial<S3StoreOptions> & { readonly versioned?: boolean } = {}) => {
    const bucket = `vault-${++count}`;
    await client.send(
      new CreateBucketCommand({ Bucket: bucket, ...(versioned ? { ObjectLockEnabledForBucket: true } : {}) }),
    );
    if (versioned)
      await client.send(
        new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }),
      );
    const capabilities = { ...expected(name), ...change.capabilities };
    return s3Store({
      bucket,
      region: "us-east-1",
      endpoint,
      credentials: testCredentials,
      ...change,
      capabilities,
    });
  };
  for (const until = Date.now() + 60_000; ; ) {
    if (await serves(client)) break;
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`${name} does not serve: ${(await child).all}`);
    }
    await sleep(100);
  }
  const { pid } = child;
  const data = join(dir, "data");
  return { expected: expected(name), store, endpoint, data, ...(pid === undefined ? {} : { pid }), stop };
}

/**
 * MinIO lists unfinished uploads by their whole key only; versitygw dates a superseded version by when it was put aside.
 */
function expected(name: BackendName): CapabilityTable {
  return {
    ...fullyCapable,
    ...(name === "minio" ? { "list-uploads": false } : {}),
    ...(name === "versitygw" ? { "version-times": false } : {}),
  };
}

async function serves(client: S3Client): Promise<boolean> {
  try {
    await client.send(new ListBucketsCommand({}), { abortSignal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  }
}

/** What restoring without Secondsite needs: Python with the AWS Encryption SDK, and age. */
export async function toolsForRestore(): Promise<{ readonly python: string; readonly age: string }> {
  const tools = await ensureTools(["encryption-sdk-python", "age"], silent);
  return { python: tools["encryption-sdk-python"], age: tools.age };
}
