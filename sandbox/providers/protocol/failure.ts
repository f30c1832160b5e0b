import { Metadata, status } from "@grpc/grpc-js";
import providerMessages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import anyMessages from "google-protobuf/google/protobuf/any_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";

import { PartialFailure } from "./program.js";
import { type Secrets, send } from "./wire.js";

/** What gRPC sends back instead of an answer. */
export interface GrpcFailure {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/**
 * Turns what a provider threw into what the engine shows: the message and its hint, no stack, no secret. A
 * {@link PartialFailure} carries the resource as it stands, so that the engine keeps it.
 */
export function grpcFailure(error: unknown, secrets: Secrets): GrpcFailure {
  const shown = error instanceof Error ? error : new Error(String(error));
  const { exitCode, hint } = shown as { exitCode?: number; hint?: string };
  const text = secrets.redact(hint === undefined ? shown.message : `${shown.message}\n  try: ${hint}`);
  const metadata = new Metadata();
  if (shown instanceof PartialFailure) {
    metadata.add("grpc-status-details-bin", partial(shown, text, secrets));
  } else if (exitCode === undefined || process.env.SECONDSITE_DEBUG) {
    // Without an exit code nobody foresaw this error: the stack goes where Pulumi's verbose log finds it.
    process.stderr.write(`${secrets.redact(shown.stack ?? text)}\n`);
  }
  return { code: status.UNKNOWN, details: text || shown.name, metadata };
}

function partial(failure: PartialFailure, text: string, secrets: Secrets): Buffer {
  const detail = new providerMessages.ErrorResourceInitFailed();
  detail.setId(failure.id);
  detail.setProperties(struct(send(failure.state, secrets)));
  detail.setInputs(struct(send(failure.inputs, secrets)));
  detail.setReasonsList(failure.reasons.map((reason) => secrets.redact(reason)));
  const any = new anyMessages.Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const answer = new statusMessages.Status();
  answer.setCode(status.UNKNOWN);
  answer.setMessage(text);
  answer.addDetails(any);
  return Buffer.from(answer.serializeBinary());
}

/** An object as protobuf's Struct. */
export function struct(object: Record<string, unknown>): structs.Struct {
  return structs.Struct.fromJavaScript(object as Parameters<typeof structs.Struct.fromJavaScript>[0]);
}
