import { SandboxInputError } from "../../errors.js";
import type {
  DeleteRequest,
  ProviderProgram,
  ReadAnswer,
  ReadRequest,
  ResourceRequest,
  Values,
} from "../protocol/index.js";
import { ApiError, Unreachable } from "./api-error.js";
import { argumentFailures, type Settings, settingsOf } from "./arguments.js";
import { annotation, awaitGone, skipsAwait } from "./await/index.js";
import { check } from "./check.js";
import { Cluster } from "./cluster.js";
import { Connection } from "./connection.js";
import { diff } from "./diff.js";
import { adoptedInputs, inputsOf } from "./drift.js";
import { kindOf } from "./kind.js";
import { loadKubeconfig } from "./kubeconfig.js";
import { managerOf, refOfId, stateOf } from "./object.js";
import { marked, withStringData } from "./secret-data.js";
import { create, update } from "./write.js";

/**
 * Any kind of Kubernetes object as a Pulumi resource, by server-side apply.
 *
 * @param version of the `kubernetes` package that it stands for
 */
export function kubernetesProvider(version: string): ProviderProgram {
  let settings: Settings = settingsOf({}, process.env);
  let connected: Cluster | undefined;
  /** Resources whose change turned out to need another object. */
  const replaced = new Set<string>();
  const cluster = (): Cluster => {
    if (connected === undefined) {
      const connection = new Connection(loadKubeconfig(settings));
      connected = new Cluster(connection, settings.namespace ?? connection.namespace);
    }
    return connected;
  };

  return {
    name: "kubernetes",
    version,
    checkConfig: async ({ news }) => argumentFailures(news),
    configure: async (args: Values) => {
      settings = settingsOf(args, process.env);
    },
    check: async (request) => check(request, cluster()),
    diff: async (request) => {
      const answer = await diff(request, cluster(), settings);
      if (answer.replaces?.length) replaced.add(request.urn);
      return answer;
    },
    create: async (request) => create(request, cluster(), settings, replaced.has(request.urn)),
    update: async (request) => update(request, cluster(), settings),
    read: async (request) => {
      try {
        return await read(request, cluster());
      } catch (error) {
        return unreachable(error, request, settings);
      }
    },
    delete: async (request) => {
      try {
        await remove(request, cluster());
      } catch (error) {
        unreachable(error, request, settings);
      }
    },
    invoke: async ({ token }) => {
      throw new SandboxInputError(
        `function "${token}" is not known here; this provider only manages objects`,
      );
    },
  };
}

/** What can't be reached counts as gone, if the user said so. */
function unreachable(error: unknown, { log, name }: ResourceRequest, { deleteUnreachable }: Settings): null {
  if (!(error instanceof Unreachable) || !deleteUnreachable) throw error;
  log.warning(`dropping "${name}" from the stack, as deleteUnreachable is set: ${error.message}`);
  return null;
}

async function read(request: ReadRequest, cluster: Cluster): Promise<ReadAnswer | null> {
  const { urn, id, inputs, state, signal } = request;
  const kind = kindOf(request.type);
  const resource = await cluster.resourceOf(kind, signal);
  if (resource === undefined) return null;
  const ref = refOfId(kind, id, resource, cluster.defaultNamespace);
  const live = await cluster.get(ref, signal);
  if (live === undefined) return null;
  const manager = managerOf(urn, state);
  const answer = { id, state: stateOf(kind, live, manager) };
  if (Object.keys(inputs).length === 0) return { ...answer, inputs: marked(kind, adoptedInputs(live)) };
  const applied = await cluster
    .apply(ref, inputs, { manager, dryRun: true, force: true, signal })
    .catch((error: unknown) => {
      // Someone replaced the object by one that can't become ours: the inputs themselves are compared.
      if (error instanceof ApiError && error.status < 500) return inputs;
      throw error;
    });
  const schema = await cluster.schemas.of(kind);
  const now = inputsOf(inputs, withStringData(kind, applied), withStringData(kind, live), schema);
  return { ...answer, inputs: marked(kind, now) };
}

async function remove(request: DeleteRequest, cluster: Cluster): Promise<void> {
  const { id, inputs, log, signal, timeoutSeconds } = request;
  const kind = kindOf(request.type);
  const resource = await cluster.resourceOf(kind, signal);
  // With its definition all objects of a kind are gone.
  if (resource === undefined) return;
  const ref = refOfId(kind, id, resource, cluster.defaultNamespace);
  const live = await cluster.get(ref, signal);
  if (live === undefined) return;
  const uid = (live.metadata as Values | undefined)?.uid;
  await cluster.delete(ref, propagationOf(inputs), typeof uid === "string" ? uid : undefined, signal);
  if (skipsAwait(inputs)) return;
  const limit = timeoutSeconds === undefined ? {} : { timeoutSeconds };
  const kept = await awaitGone(live, { ref, cluster, log, signal, ...limit });
  if (kept !== undefined) throw new ApiError(409, "Conflict", `${kind.kind} ${id} is not gone: ${kept}`);
}

/** Objects go after what belongs to them, unless the object says otherwise. */
function propagationOf(inputs: Values): string {
  const asked = annotation(inputs, "deletionPropagationPolicy").toLowerCase();
  return { background: "Background", orphan: "Orphan" }[asked] ?? "Foreground";
}
