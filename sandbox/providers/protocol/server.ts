import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";

import { WorldError } from "../../errors.js";
import { Engine } from "./engine.js";
import { handlers } from "./handlers.js";
import type { ProviderProgram } from "./program.js";

/** Messages may be this large, in bytes; the engine's own limit. */
const messageLimit = 400 * 1024 * 1024;

/**
 * Serves a provider to the Pulumi engine that started this process: listens on a free loopback port, prints
 * it as the engine expects, and ends when the engine does.
 *
 * @param args of the process; the first one without dashes is the engine's address
 * @throws {WorldError} when no loopback port is to be had
 */
export async function serve(program: ProviderProgram, args: readonly string[]): Promise<void> {
  const engine = new Engine();
  const address = args.find((arg) => !arg.startsWith("-"));
  if (address !== undefined) engine.connect(address);

  const server = new Server({
    "grpc.max_receive_message_length": messageLimit,
    "grpc.max_send_message_length": messageLimit,
  });
  const implementation: unknown = handlers(program, engine);
  server.addService(providerService.ResourceProviderService, implementation as UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error)
        reject(new WorldError(`no loopback port for the ${program.name} provider: ${error.message}`));
      else resolve(bound);
    });
  });
  endWithEngine();
  process.stdout.write(`${port}\n`);
}

/**
 * The engine ends its providers by SIGINT, and starts them in process groups of their own, so that Ctrl-C reaches
 * the engine alone. An engine that was killed ends nobody: without this its providers would stay for ever.
 */
function endWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 2_000).unref();
}
