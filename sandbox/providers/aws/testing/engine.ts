import { chmod, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";

import { rootCredentials } from "../../../aws/index.js";
import { type LocalAws, startLocalAws } from "../../../aws/testing/local-aws.js";
import { silent } from "../../../progress.js";
import { ensureTools } from "../../../toolchain/index.js";
import { providersBin } from "../../index.js";
import { type NameServer, serveAwsNames } from "./dns.js";

/** AWS on loopback addresses, and a Pulumi engine that finds it by AWS's own names. */
export interface Engine {
  readonly aws: LocalAws;
  /** A stack with a program that can be swapped between runs. */
  stack(name: string, program: PulumiFn): Promise<Stack>;
  stop(): Promise<void>;
}

const regions = ["us-east-1", "us-west-2", "eu-west-1"];

/**
 * Gives each connection to an engine a state of its own.
 *
 * Programs run in this process, and Pulumi 3.270 leaves the connections of a program open that an engine gave up: they
 * go on failing. gRPC shares that state by address, so a later engine that gets such a port is called unreachable.
 */
function keepConnectionsApart(): void {
  const { grpcClientOptions } = pulumi.runtime as unknown as { grpcClientOptions: Record<string, unknown> };
  grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}

/**
 * Starts them.
 *
 * @param net second octet of the loopback addresses, so that two of them don't meet
 */
export async function startEngine(net: number): Promise<Engine> {
  keepConnectionsApart();
  const tools = await ensureTools(["pulumi", "pulumi-language-nodejs"], silent);
  const aws = await startLocalAws({ net, regions });
  const gates = Object.fromEntries(regions.map((region, index) => [region, `127.${net}.${index + 1}.20`]));
  const resolver = `127.${net}.0.53`;
  const names: NameServer = await serveAwsNames(resolver, gates);
  const command = await PulumiCommand.get({
    root: await wrapped(aws.dir, tools.pulumi, resolver),
    skipVersionCheck: true,
  });
  const backend = join(aws.dir, "state");
  await mkdir(backend);
  const envVars = {
    AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
    AWS_REGION: "us-east-1",
    NODE_EXTRA_CA_CERTS: aws.caFile,
    PATH: [providersBin, join(tools["pulumi-language-nodejs"], ".."), process.env.PATH].join(":"),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_HOME: join(aws.dir, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  return {
    aws,
    stack: async (stackName, program) => {
      const workDir = await mkdtemp(join(aws.dir, "work-"));
      return LocalWorkspace.createOrSelectStack(
        { stackName, projectName: "provider-test", program },
        { pulumiCommand: command, envVars, workDir },
      );
    },
    stop: async () => {
      names.close();
      await aws.stop();
    },
  };
}

/** A `pulumi` that sees our resolver: in a mount namespace of its own, where /etc/resolv.conf names it. */
async function wrapped(dir: string, pulumi: string, resolver: string): Promise<string> {
  const [root, file] = [join(dir, "pulumi"), join(dir, "resolv.conf")];
  await mkdir(join(root, "bin"), { recursive: true });
  await writeFile(file, `nameserver ${resolver}\noptions timeout:1 attempts:1\n`);
  const mount = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  const script = `#!/bin/sh\nexec unshare --mount --propagation private sh -c '${mount}' '${file}' '${pulumi}' "$@"\n`;
  await writeFile(join(root, "bin/pulumi"), script);
  await chmod(join(root, "bin/pulumi"), 0o755);
  return root;
}
