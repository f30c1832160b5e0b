import { parseArgs } from "node:util";

import { SandboxInputError } from "../errors.js";
import { controlPlane } from "./control-plane.js";
import { DataPlane } from "./data-plane.js";
import { described } from "./described.js";
import { serveDns } from "./listen.js";
import { openLog } from "./log.js";
import { respond } from "./packet.js";
import { serveStatus } from "./status.js";

/**
 * The process that `route53()` starts: reads the control plane, checks health, serves DNS and status.
 *
 * Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: arguments are visible to every process.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      address: { type: "string" },
      port: { type: "string", default: "53" },
      "status-port": { type: "string", default: "8053" },
      cloud: { type: "string" },
      log: { type: "string" },
    },
  });
  const address = given("--address", values.address);
  const log = openLog(given("--log", values.log));
  const credentials = {
    accessKeyId: given("AWS_ACCESS_KEY_ID", process.env.AWS_ACCESS_KEY_ID),
    secretAccessKey: given("AWS_SECRET_ACCESS_KEY", process.env.AWS_SECRET_ACCESS_KEY),
  };
  const plane = new DataPlane(controlPlane(given("--cloud", values.cloud), credentials), log);
  const stopDns = await serveDns({ address, port: Number(values.port) }, (message, transport, client) => {
    const response = respond(message, transport, (name, type) => plane.answer(name, type));
    log("query", { client, transport, ...described(response) });
    return response;
  });
  const stopStatus = await serveStatus({ address, port: Number(values["status-port"]) }, () =>
    plane.status(),
  );
  void plane.start();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      plane.stop();
      stopDns();
      stopStatus();
      process.exit(0);
    });
  }
}

function given(what: string, value: string | undefined): string {
  if (value) return value;
  throw new SandboxInputError(`route53: ${what} is missing`);
}

main().catch((error: unknown) => {
  const { message, exitCode } = error as { message?: string; exitCode?: number };
  process.stderr.write(`route53: ${message ?? String(error)}\n`);
  process.exit(exitCode ?? 3);
});
