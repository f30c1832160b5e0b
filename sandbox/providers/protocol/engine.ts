import { credentials } from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages, { type LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";

import type { Log } from "./program.js";
import type { Secrets } from "./wire.js";

/** The engine's own service, where messages for the user go. */
export class Engine {
  #client: engineService.EngineClient | undefined;

  /** Takes the address that the engine was started with, or that it gave later. */
  connect(address: string): void {
    this.#client?.close();
    this.#client = new engineService.EngineClient(address, credentials.createInsecure());
  }

  /** A log whose lines belong to one resource and show no secret. */
  logFor(urn: string, secrets: Secrets): Log {
    const { INFO, WARNING } = engineMessages.LogSeverity;
    const say = (severity: LogSeverity, ephemeral: boolean) => (text: string) =>
      this.#log(urn, severity, ephemeral, secrets.redact(text));
    return { status: say(INFO, true), info: say(INFO, false), warning: say(WARNING, false) };
  }

  #log(urn: string, severity: LogSeverity, ephemeral: boolean, text: string): void {
    const line = new engineMessages.LogRequest();
    line.setUrn(urn);
    line.setSeverity(severity);
    line.setMessage(text);
    line.setEphemeral(ephemeral);
    // A line that does not arrive must not fail the work it tells about; standard error reaches the log.
    this.#client?.log(line, (error) => {
      if (error) process.stderr.write(`${text}\n`);
    });
  }
}
