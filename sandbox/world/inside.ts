import { delimiter, dirname } from "node:path";

import { execa, type Options, type ResultPromise } from "execa";

import type { Place } from "../address.js";
import { worldMark } from "./launch.js";
import { networkHandle } from "./network.js";
import { openWorld, type World } from "./world.js";

/** Where a command's output goes and what it is started with. */
export type InsideOptions = Pick<
  Options,
  | "stdio"
  | "stdin"
  | "stdout"
  | "stderr"
  | "input"
  | "cwd"
  | "reject"
  | "timeout"
  | "cancelSignal"
  | "buffer"
  | "lines"
> & {
  /** Added to the environment that the place gives. */
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Runs a command as the operator: in the operator's network, with the resolver, the CA, the AWS credentials,
 * the kubeconfig and the programs of the world. Its process is execa's: stream it, await it, end it.
 */
export async function operator(
  name: string,
  argv: readonly [string, ...string[]],
  options: InsideOptions = {},
): Promise<{ readonly process: ResultPromise }> {
  const world = await openWorld(name);
  return inside(world, world.places.operator, argv, {
    ...options,
    env: { ...(await operatorEnv(world)), ...options.env },
  });
}

/** Runs a command as the customer: behind a caching resolver, with the CA, without credentials. */
export async function customer(
  name: string,
  argv: readonly [string, ...string[]],
  options: InsideOptions = {},
): Promise<{ readonly process: ResultPromise }> {
  const world = await openWorld(name);
  return inside(world, world.places.customer, argv, { ...options, env: { ...trust(world), ...options.env } });
}

/** Environment that the operator's programs get on top of the caller's. */
export async function operatorEnv(world: World): Promise<Readonly<Record<string, string>>> {
  const [{ rootCredentials }, { providersBin }] = await Promise.all([
    import("../aws/index.js"),
    import("../providers/index.js"),
  ]);
  return {
    ...trust(world),
    AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
    AWS_REGION: world.spec.regions[0]?.region ?? "us-east-1",
    // Nobody answers at the address of EC2's metadata service.
    AWS_EC2_METADATA_DISABLED: "true",
    KUBECONFIG: world.paths.kubeconfig,
    PATH: [providersBin, dirname(world.tools.pulumi), dirname(world.tools.kubectl), process.env.PATH].join(
      delimiter,
    ),
  };
}

/** Makes programs trust the world's CA, whatever the caller's own environment trusts. */
function trust({ paths, spec }: World): Readonly<Record<string, string>> {
  const [mark = "", value = ""] = worldMark(spec.name).split("=");
  const bundles = [
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "AWS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
  ];
  return {
    ...Object.fromEntries(bundles.map((name) => [name, paths.caFile])),
    // A proxy of the caller's cannot be reached from within.
    NO_PROXY: "*",
    no_proxy: "*",
    [mark]: value,
  };
}

/** A process object is a promise too: handed over inside an object, so that awaiting the start does not await the end. */
function inside(
  world: World,
  { namespace }: Place,
  argv: readonly [string, ...string[]],
  { cwd = globalThis.process.cwd(), env, ...options }: InsideOptions,
): { readonly process: ResultPromise } {
  const all: Options = { ...options, ...(env ? { env } : {}) };
  const into = [`--net=${networkHandle(namespace)}`, `--mount=${world.paths.mounts(namespace)}`];
  // Entering a mount namespace loses the working directory.
  const process = execa("nsenter", [...into, "--", "env", `--chdir=${cwd}`, "--", ...argv], all);
  return { process };
}
