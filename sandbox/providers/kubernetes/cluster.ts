import { isList, isObject, type Value, type Values } from "../protocol/index.js";
import { ApiError, isNotFound } from "./api-error.js";
import type { Connection, Request } from "./connection.js";
import { groupPath, type Kind } from "./kind.js";
import { Schemas } from "./schemas.js";

/** How the API server serves a kind. */
export interface Resource {
  /** Name in URLs, for example `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Which object. */
export interface ObjectRef {
  readonly kind: Kind;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
}

/** How an object is written. */
export interface WriteOptions {
  /** Who owns the fields that are written. */
  readonly manager: string;
  /** Only say what would be. */
  readonly dryRun: boolean;
  /** Take over fields that others own. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly onWarning?: (text: string) => void;
}

/** The objects of one cluster. */
export class Cluster {
  readonly schemas: Schemas;
  readonly #groups = new Map<string, Promise<ReadonlyMap<string, Resource>>>();

  /** @param defaultNamespace of objects that name none */
  constructor(
    readonly connection: Connection,
    readonly defaultNamespace: string,
  ) {
    this.schemas = new Schemas(connection);
  }

  /** How a kind is served, or undefined when the cluster does not know it. */
  async resourceOf(kind: Kind, signal?: AbortSignal): Promise<Resource | undefined> {
    const known = (await this.#group(kind, signal)).get(kind.kind);
    if (known !== undefined) return known;
    // Its definition may have come since.
    this.#groups.delete(groupPath(kind));
    return (await this.#group(kind, signal)).get(kind.kind);
  }

  /** The object as it is, or undefined when there is none. */
  async get(ref: ObjectRef, signal?: AbortSignal): Promise<Values | undefined> {
    try {
      return asObject(await this.#ask({ method: "GET", path: await this.#path(ref), ...limit(signal) }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Applies an object by the server: creates it, or changes what `manager` owns of it. */
  async apply(ref: ObjectRef, object: Values, options: WriteOptions): Promise<Values> {
    const query = { ...writeQuery(options), force: String(options.force) };
    const path = await this.#path(ref);
    const contentType = "application/apply-patch+yaml";
    return asObject(
      await this.#ask({ method: "PATCH", path, query, body: object, contentType, ...observed(options) }),
    );
  }

  /** Asks what creating an object would give, with every check of a real creation. */
  async tryCreate(ref: ObjectRef, object: Values, options: WriteOptions): Promise<Values> {
    const path = (await this.#path(ref)).replace(/\/[^/]+$/, "");
    const query = writeQuery({ ...options, dryRun: true });
    return asObject(await this.#ask({ method: "POST", path, query, body: object, ...observed(options) }));
  }

  /** Begins to delete an object; one that is not there is no error. */
  async delete(
    ref: ObjectRef,
    propagation: string,
    uid: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: propagation,
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    };
    try {
      await this.#ask({ method: "DELETE", path: await this.#path(ref), body, signal });
    } catch (error) {
      // A conflict means that another object has the name by now: ours is gone.
      const gone = isNotFound(error) || (error instanceof ApiError && error.status === 409);
      if (!gone) throw error;
    }
  }

  /** Objects of a kind in a namespace, filtered by label or field selectors. */
  async list(
    kind: Kind,
    namespace: string,
    query: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Values[]> {
    const path = (await this.#path({ kind, namespace, name: "_" })).replace(/\/_$/, "");
    const { items } = asObject(await this.#ask({ method: "GET", path, query, ...limit(signal) }));
    return isList(items) ? items.filter(isObject) : [];
  }

  /** Last lines of a container's log, or undefined when it has none. */
  async logTail(
    namespace: string,
    pod: string,
    container: string,
    lines: number,
  ): Promise<string | undefined> {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
    try {
      const text = await this.#ask({ method: "GET", path, query: { container, tailLines: String(lines) } });
      return typeof text === "string" ? text.trimEnd() : JSON.stringify(text);
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  #ask(request: Request): Promise<Value> {
    return this.connection.request(request);
  }

  async #path({ kind, namespace, name }: ObjectRef): Promise<string> {
    const resource = await this.resourceOf(kind);
    if (resource === undefined) {
      throw new ApiError(404, "NotFound", `the cluster knows no kind ${kind.kind} in ${groupPath(kind)}`);
    }
    const place = resource.namespaced
      ? `/namespaces/${encodeURIComponent(namespace ?? this.defaultNamespace)}`
      : "";
    return `${groupPath(kind)}${place}/${resource.plural}/${encodeURIComponent(name)}`;
  }

  #group(kind: Kind, signal?: AbortSignal): Promise<ReadonlyMap<string, Resource>> {
    const path = groupPath(kind);
    const known = this.#groups.get(path);
    if (known !== undefined) return known;
    const asked = this.#ask({ method: "GET", path, ...limit(signal) }).then(
      readResources,
      (error: unknown) => {
        this.#groups.delete(path);
        if (isNotFound(error)) return new Map<string, Resource>();
        throw error;
      },
    );
    this.#groups.set(path, asked);
    return asked;
  }
}

function readResources(answer: Value): ReadonlyMap<string, Resource> {
  const { resources } = asObject(answer);
  const found = new Map<string, Resource>();
  for (const resource of isList(resources) ? resources.filter(isObject) : []) {
    const { name, kind, namespaced } = resource;
    // Names with a slash are parts of an object, as its status.
    if (typeof name !== "string" || typeof kind !== "string" || name.includes("/")) continue;
    found.set(kind, { plural: name, namespaced: namespaced === true });
  }
  return found;
}

function writeQuery({ manager, dryRun }: WriteOptions): Record<string, string> {
  return { fieldManager: manager, fieldValidation: "Strict", ...(dryRun ? { dryRun: "All" } : {}) };
}

function observed({ signal, onWarning }: WriteOptions): Pick<Request, "signal" | "onWarning"> {
  return { signal, ...(onWarning ? { onWarning } : {}) };
}

function limit(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function asObject(value: Value): Values {
  if (isObject(value)) return value;
  throw new ApiError(502, "", "the API server answered something other than an object");
}
