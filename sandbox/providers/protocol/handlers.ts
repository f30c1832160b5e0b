import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as wire from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empties from "google-protobuf/google/protobuf/empty_pb.js";

import {
  checkAnswer,
  checkFailure,
  configAnswer,
  configDiffAnswer,
  diffAnswer,
  type StructLike,
} from "./answers.js";
import type { Engine } from "./engine.js";
import { grpcFailure, struct } from "./failure.js";
import type { Autonaming, CreateRequest, ProviderProgram, ResourceRequest } from "./program.js";
import type { Values } from "./values.js";
import { type Received, receive, Secrets, send } from "./wire.js";

type Call<Request> = ServerUnaryCall<Request, unknown>;
type Done<Response> = sendUnaryData<Response>;
type AboutResource = { getUrn(): string; getName(): string; getType(): string };

/** The gRPC service that the engine speaks to, on top of one provider. */
export function handlers(program: ProviderProgram, engine: Engine) {
  const cancelled = new AbortController();
  const { signal } = cancelled;

  const resource = (request: AboutResource, secrets: Secrets): ResourceRequest => {
    const urn = request.getUrn();
    // Engines before 3.100 send no name and type of their own; both are parts of the URN.
    const [, , types = "", urnName = ""] = urn.split("::");
    const type = request.getType() || (types.split("$").at(-1) ?? "");
    return { urn, type, name: request.getName() || urnName, signal, log: engine.logFor(urn, secrets) };
  };
  const create = (
    request: AboutResource & { getPreview(): boolean; getTimeout(): number },
    inputs: Values,
    secrets: Secrets,
  ): CreateRequest => ({
    ...resource(request, secrets),
    inputs,
    preview: request.getPreview(),
    ...limit(request.getTimeout()),
  });

  return {
    handshake: unary<wire.ProviderHandshakeRequest, wire.ProviderHandshakeResponse>(async (request) => {
      engine.connect(request.getEngineAddress());
      const answer = new messages.ProviderHandshakeResponse();
      answer.setAcceptSecrets(true);
      answer.setAcceptResources(false);
      answer.setAcceptOutputs(false);
      answer.setSupportsAutonamingConfiguration(true);
      return answer;
    }),
    attach: unary<{ getAddress(): string }, empties.Empty>(async (request) => {
      engine.connect(request.getAddress());
      return new empties.Empty();
    }),
    cancel: unary<unknown, empties.Empty>(async () => {
      cancelled.abort(new Error("cancelled"));
      return new empties.Empty();
    }),
    getPluginInfo: unary<unknown, pluginMessages.PluginInfo>(async () => {
      const answer = new pluginMessages.PluginInfo();
      answer.setVersion(program.version);
      return answer;
    }),
    getSchema: unary<unknown, wire.GetSchemaResponse>(async () => {
      const answer = new messages.GetSchemaResponse();
      answer.setSchema(JSON.stringify({ name: program.name, version: program.version }));
      return answer;
    }),
    checkConfig: unary<wire.CheckRequest, wire.CheckResponse>(async (request, secrets) => {
      const [news, olds] = open(secrets, request.getNews(), request.getOlds());
      return configAnswer(await program.checkConfig({ news, olds }), news, secrets);
    }),
    diffConfig: unary<wire.DiffRequest, wire.DiffResponse>(async (request, secrets) => {
      const [news, olds] = open(secrets, request.getNews(), request.getOldInputs() ?? request.getOlds());
      return configDiffAnswer(olds, news);
    }),
    configure: unary<wire.ConfigureRequest, wire.ConfigureResponse>(async (request, secrets) => {
      const [args] = open(secrets, request.getArgs());
      const { version: _version, pluginDownloadURL: _url, ...own } = args;
      await program.configure(own);
      const answer = new messages.ConfigureResponse();
      answer.setAcceptsecrets(true);
      answer.setSupportspreview(true);
      answer.setSupportsAutonamingConfiguration(true);
      return answer;
    }),
    invoke: unary<wire.InvokeRequest, wire.InvokeResponse>(async (request, secrets) => {
      const [args] = open(secrets, request.getArgs());
      const { result, failures = [] } = await program.invoke({ token: request.getTok(), args, signal });
      const answer = new messages.InvokeResponse();
      answer.setReturn(struct(send(result, secrets)));
      for (const failure of failures) answer.addFailures(checkFailure(failure, secrets));
      return answer;
    }),
    check: unary<wire.CheckRequest, wire.CheckResponse>(async (request, secrets) => {
      const [news] = open(secrets, request.getNews());
      const { values: olds } = receive(request.getOlds()?.toJavaScript());
      const answer = await program.check({
        ...resource(request, secrets),
        news,
        olds,
        seed: request.getRandomseed_asU8(),
        ...naming(request.getAutonaming()),
      });
      return checkAnswer(answer, secrets);
    }),
    diff: unary<wire.DiffRequest, wire.DiffResponse>(async (request, secrets) => {
      const [oldInputs, oldState, news] = open(
        secrets,
        request.getOldInputs(),
        request.getOlds(),
        request.getNews(),
      );
      const answer = await program.diff({
        ...resource(request, secrets),
        id: request.getId(),
        oldInputs,
        oldState,
        news,
        ignoreChanges: request.getIgnorechangesList(),
      });
      return diffAnswer(answer);
    }),
    create: unary<wire.CreateRequest, wire.CreateResponse>(async (request, secrets) => {
      const [inputs] = open(secrets, request.getProperties());
      const { id, state } = await program.create(create(request, inputs, secrets));
      const answer = new messages.CreateResponse();
      answer.setId(id);
      answer.setProperties(struct(send(state, secrets)));
      return answer;
    }),
    update: unary<wire.UpdateRequest, wire.UpdateResponse>(async (request, secrets) => {
      const [inputs] = open(secrets, request.getNews());
      const { values: oldInputs } = receive(request.getOldInputs()?.toJavaScript());
      const { values: oldState } = receive(request.getOlds()?.toJavaScript());
      const { state } = await program.update({
        ...create(request, inputs, secrets),
        id: request.getId(),
        oldInputs,
        oldState,
        ignoreChanges: request.getIgnorechangesList(),
      });
      const answer = new messages.UpdateResponse();
      answer.setProperties(struct(send(state, secrets)));
      return answer;
    }),
    read: unary<wire.ReadRequest, wire.ReadResponse>(async (request, secrets) => {
      const [inputs, state] = open(secrets, request.getInputs(), request.getProperties());
      const about = resource(request, secrets);
      const found = await program.read({ ...about, id: request.getId(), inputs, state });
      const answer = new messages.ReadResponse();
      if (found === null) return answer;
      answer.setId(found.id);
      answer.setProperties(struct(send(found.state, secrets)));
      answer.setInputs(struct(send(found.inputs, secrets)));
      return answer;
    }),
    delete: unary<wire.DeleteRequest, empties.Empty>(async (request, secrets) => {
      const [inputs, state] = open(secrets, request.getOldInputs(), request.getProperties());
      const about = resource(request, secrets);
      await program.delete({ ...about, id: request.getId(), inputs, state, ...limit(request.getTimeout()) });
      return new empties.Empty();
    }),
  };
}

/** A handler that answers or fails, and in whose failures no secret of the request stands. */
function unary<Request, Response>(work: (request: Request, secrets: Secrets) => Promise<Response>) {
  return (call: Call<Request>, done: Done<Response>): void => {
    const secrets = new Secrets();
    work(call.request, secrets).then(
      (answer) => done(null, answer),
      (error: unknown) => done(grpcFailure(error, secrets)),
    );
  };
}

/** Reads the request's objects and remembers what in them is secret. */
function open<const Parts extends readonly (StructLike | undefined)[]>(secrets: Secrets, ...parts: Parts) {
  return parts.map((part) => {
    const received: Received = receive(part?.toJavaScript());
    secrets.merge(received.secrets);
    return received.values;
  }) as { -readonly [Index in keyof Parts]: Values };
}

function limit(seconds: number): { timeoutSeconds?: number } {
  return seconds > 0 ? { timeoutSeconds: seconds } : {};
}

function naming(options: wire.CheckRequest.AutonamingOptions | undefined): { autonaming?: Autonaming } {
  if (options === undefined) return {};
  const mode = (["propose", "enforce", "disable"] as const)[options.getMode()] ?? "propose";
  return { autonaming: { proposed: options.getProposedName(), mode } };
}
