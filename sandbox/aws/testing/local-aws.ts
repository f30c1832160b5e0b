import "reflect-metadata";

import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, request } from "node:https";
import type { LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";

import type { Program } from "../../program.js";
import { silent } from "../../progress.js";
import { ensureTools } from "../../toolchain/index.js";
import { ensureCa, issue } from "../../world/ca.js";
import { type CallRecord, gate, gateNames, ministack, rootCredentials, type TokenIssuer } from "../index.js";

/** Credentials as the SDK takes them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request as it goes over the wire. */
export interface RawRequest {
  /** @default GET */
  readonly method?: string;
  /** Path and query. @default / */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** ministack and some regions' gates on loopback addresses, without clusters or namespaces. */
export interface LocalAws {
  /** CA that the gates' certificates are from. */
  readonly caFile: string;
  /** Folder that is removed by `stop`. */
  readonly dir: string;
  /**
   * Options for an SDK client that calls a region by AWS's own names; nothing else says that this is a sandbox.
   *
   * @param at region whose gate answers, when it isn't the client's own: what a wrong endpoint would do
   */
  client(region: string, credentials?: Credentials, at?: string): ReturnType<typeof clientOptions>;
  /** Sends a request to a region's gate without any SDK. */
  raw(
    region: string,
    host: string,
    request: RawRequest,
  ): Promise<{ readonly status: number; readonly body: string }>;
  /** The most memory a region's gate has held so far, in bytes. */
  peakMemory(region: string): Promise<number>;
  /** Ends a region's gate by SIGKILL. */
  kill(region: string): Promise<void>;
  /** Starts a region's gate again. */
  revive(region: string): Promise<void>;
  /** What a region's gate has logged so far. */
  calls(region: string): Promise<CallRecord[]>;
  stop(): Promise<void>;
}

/** How the world is started; addresses are `127.<net>.…`, so that two of them don't meet. */
export interface LocalAwsOptions {
  /** Second octet. @default 64 */
  readonly net?: number;
  /** @default us-east-1 and us-west-2 */
  readonly regions?: readonly string[];
  /** Makes the token issuers that the gates know. @default none */
  readonly issuers?: (dir: string, caFile: string) => Promise<readonly TokenIssuer[]>;
}

/** Starts ministack and the gates and waits until they serve. */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const { net = 64, regions = ["us-east-1", "us-west-2"] } = options;
  const { "ministack-python": python } = await ensureTools(["ministack-python"], silent);
  const dir = await mkdtemp(join(tmpdir(), "secondsite-aws-"));
  const ca = await ensureCa(join(dir, "ca"));
  const caFile = ca.certFile;
  const issuers = (await options.issuers?.(dir, caFile)) ?? [];
  const addresses = Object.fromEntries(regions.map((region, at) => [region, `127.${net}.${at + 1}.20`]));
  const cloudAddress = `127.${net}.0.2`;
  const running = new Map<string, ReturnType<typeof spawned>>();

  const start = async (program: Program) => {
    const child = spawned(program);
    running.set(program.name, child);
    for (const until = Date.now() + 20_000; !(await program.ready?.()); ) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`${program.name} does not serve`);
      await sleep(50);
    }
  };
  const gateOf = async (region: string): Promise<Program> => {
    await mkdir(join(dir, region), { recursive: true });
    return gate({
      region,
      address: addressOf(region),
      certificate: await issue(ca, { commonName: region, names: gateNames(region), dir: join(dir, region) }),
      caFile,
      cloud: `http://${cloudAddress}:4566`,
      controlPlane: addressOf("us-east-1"),
      issuers,
      log: join(dir, region, "calls.jsonl"),
    });
  };
  const addressOf = (region: string): string => {
    const address = addresses[region];
    if (!address) throw new Error(`no gate for ${region}`);
    return address;
  };
  const kill = async (name: string) => {
    const child = running.get(name);
    running.delete(name);
    child?.kill("SIGKILL");
    await child;
  };

  const cloud = ministack({
    python,
    address: cloudAddress,
    gates: addresses,
    log: join(dir, "ministack.log"),
  });
  await Promise.all([start(cloud), ...regions.map(async (region) => start(await gateOf(region)))]);
  const caBytes = await readFile(caFile, "utf8");
  return {
    caFile,
    dir,
    client: (region, credentials = rootCredentials, at) =>
      clientOptions(
        region,
        credentials,
        caBytes,
        (host) => {
          const named = at ?? Object.keys(addresses).find((known) => host.includes(`.${known}.`));
          return addressOf(named ?? (host.startsWith("sts.") ? region : "us-east-1"));
        },
        at !== undefined,
      ),
    raw: (region, host, what) => raw(addressOf(region), caBytes, host, what),
    peakMemory: async (region) => {
      const status = await readFile(`/proc/${running.get(`gate-${region}`)?.pid}/status`, "utf8");
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
    },
    kill: (region) => kill(`gate-${region}`),
    revive: async (region) => start(await gateOf(region)),
    calls: async (region) => {
      const lines = (await readFile(join(dir, region, "calls.jsonl"), "utf8")).trim().split("\n");
      return lines.map((line) => JSON.parse(line) as CallRecord);
    },
    stop: async () => {
      await Promise.all([...running.keys()].map(kill));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function raw(address: string, ca: string, host: string, what: RawRequest) {
  const { method = "GET", path = "/", headers = {}, body = "" } = what;
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const options = { host: address, servername: host, ca, agent: false as const, method, path };
    request({ ...options, headers: { ...headers, host } }, async (answer) => {
      resolve({ status: answer.statusCode ?? 0, body: (await answer.toArray()).join("") });
    })
      .on("error", reject)
      .end(body);
  });
}

function spawned(program: Program) {
  const [file, ...args] = program.argv;
  return execa(file, args, {
    env: { ...program.env },
    reject: false,
    stdout: "ignore",
    stderr: "inherit",
  });
}

/** SDK client options that resolve AWS's names to loopback addresses and trust one CA. */
function clientOptions(
  region: string,
  credentials: Credentials,
  ca: string,
  resolve: (host: string) => string,
  misdirected: boolean,
) {
  const lookup: LookupFunction = (host, { all }, answer) => {
    const address = resolve(host);
    if (all) answer(null, [{ address, family: 4 }]);
    else answer(null, address, 4);
  };
  // A call to the wrong region's gate gets past its certificate: it is the gate's own refusal that is looked for.
  const identity = misdirected ? { checkServerIdentity: () => undefined } : {};
  return {
    region,
    credentials,
    maxAttempts: 1,
    followRegionRedirects: false,
    requestHandler: { httpsAgent: new Agent({ ca, lookup, keepAlive: true, maxSockets: 50, ...identity }) },
  };
}
