import { isList, isObject, type Value, type Values, valueAt } from "../protocol/index.js";
import { isNotFound } from "./api-error.js";
import type { Connection } from "./connection.js";
import { groupPath, type Kind } from "./kind.js";

/** Part of an OpenAPI 3 schema as the API server publishes it. */
export type Schema = Values;

/** A kind's schema with the others that it refers to. */
export class KindSchema {
  readonly #components: Values;

  constructor(
    readonly root: Schema,
    components: Values,
  ) {
    this.#components = components;
  }

  /** Follows references until there is something to read; what stands beside a reference is kept. */
  resolve(schema: Schema): Schema {
    let here = schema;
    for (;;) {
      const { $ref, allOf, ...beside } = here;
      const only = isList(allOf) && allOf.length === 1 ? allOf[0] : undefined;
      const name = typeof $ref === "string" ? $ref.split("/").at(-1) : undefined;
      const next = name === undefined ? only : this.#components[name];
      if (!isObject(next)) return here;
      here = { ...next, ...beside };
    }
  }

  /** Schema of a property, if the schema says anything about it. */
  property(schema: Schema, name: string): Schema | undefined {
    const { properties, additionalProperties } = this.resolve(schema);
    const own = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
    const found = own ?? additionalProperties;
    return isObject(found) ? this.resolve(found) : undefined;
  }

  /** Schema of a list's items. */
  items(schema: Schema): Schema | undefined {
    const { items } = this.resolve(schema);
    return isObject(items) ? this.resolve(items) : undefined;
  }

  /** Properties that tell a list's items apart, where the server merges the list item by item. */
  listKeys(schema: Schema): readonly string[] | undefined {
    const { "x-kubernetes-list-type": type, "x-kubernetes-list-map-keys": keys } = this.resolve(schema);
    if (type !== "map" || !isList(keys)) return undefined;
    return keys.filter((key) => typeof key === "string");
  }
}

/** Schemas of a cluster's kinds. */
export class Schemas {
  readonly #documents = new Map<string, Promise<Values>>();

  constructor(readonly connection: Connection) {}

  /** Schema of a kind, or undefined when the cluster publishes none (yet). */
  async of(kind: Kind): Promise<KindSchema | undefined> {
    const path = `/openapi/v3${groupPath(kind)}`;
    const components = await this.#components(path);
    const root = Object.values(components).find((schema) => describes(schema, kind));
    if (isObject(root)) return new KindSchema(root, components);
    this.#documents.delete(path);
    return undefined;
  }

  #components(path: string): Promise<Values> {
    const known = this.#documents.get(path);
    if (known !== undefined) return known;
    const asked = this.connection.request({ method: "GET", path }).then(
      (document) => {
        const schemas = valueAt(document, ["components", "schemas"]);
        return isObject(schemas) ? schemas : {};
      },
      (error: unknown) => {
        this.#documents.delete(path);
        if (isNotFound(error)) return {};
        throw error;
      },
    );
    this.#documents.set(path, asked);
    return asked;
  }
}

function describes(schema: Value, { group, version, kind }: Kind): boolean {
  const kinds = valueAt(schema, ["x-kubernetes-group-version-kind"]);
  return (
    isList(kinds) &&
    // Options of requests are listed under every group that takes them.
    kinds.length === 1 &&
    kinds.some((one) => isObject(one) && one.group === group && one.version === version && one.kind === kind)
  );
}
