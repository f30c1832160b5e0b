import "reflect-metadata";

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";

import { silent } from "../../progress.js";
import { ensureTools } from "../../toolchain/index.js";
import { ministack, rootCredentials } from "../index.js";
import type { Credentials } from "./local-aws.js";

/** ministack alone, in the clear on a loopback address: what it decides, without gates, and without being root. */
export interface LocalMinistack {
  /** Options for an SDK client. */
  client(region: string, credentials?: Credentials): ReturnType<typeof clientOptions>;
  stop(): Promise<void>;
}

/** Starts ministack and waits until it serves. @param net second octet of its address */
export async function startLocalMinistack(net: number): Promise<LocalMinistack> {
  const { "ministack-python": python } = await ensureTools(["ministack-python"], silent);
  const dir = await mkdtemp(join(tmpdir(), "secondsite-ministack-"));
  const address = `127.${net}.0.2`;
  const program = ministack({ python, address, gates: {}, log: join(dir, "ministack.log") });
  const [file, ...args] = program.argv;
  const child = execa(file, args, { env: { ...program.env }, reject: false, stdout: "ignore" });
  for (const until = Date.now() + 60_000; !(await program.ready?.()); await sleep(50))
    if (child.exitCode !== null || Date.now() > until) throw new Error("ministack does not serve");
  return {
    client: (region, credentials = rootCredentials) => clientOptions(address, region, credentials),
    stop: async () => {
      child.kill("SIGKILL");
      await child;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function clientOptions(address: string, region: string, credentials: Credentials) {
  return { region, credentials, maxAttempts: 1, endpoint: `http://${address}:4566`, forcePathStyle: true };
}
