import type { Path } from "./path.js";
import { isObject, isUnknown, unknown, type Value, type Values } from "./values.js";

/** Key that marks an object on the wire as something other than an object. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";

/** What the engine sends for a value that is not known yet, by the type that it will have. */
const unknownSentinels = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const unknownSentinel = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Something the engine sent, with what in it is secret. */
export interface Received {
  readonly values: Values;
  readonly secrets: Secrets;
}

/** Which values must stay secret on their way back: where they stood, and every text in them. */
export class Secrets {
  readonly #paths = new Set<string>();
  readonly #texts = new Set<string>();

  /** Marks what stands at a path, and every text in it. */
  add(path: Path, value: Value): void {
    this.#paths.add(JSON.stringify(path));
    this.#addTexts(value);
  }

  /** Takes over what others know. */
  merge(...others: readonly Secrets[]): this {
    for (const other of others) {
      for (const path of other.#paths) this.#paths.add(path);
      for (const text of other.#texts) this.#texts.add(text);
    }
    return this;
  }

  /** Whether what stands at a path is secret, by its place or because it repeats a secret text. */
  covers(path: Path, value: Value): boolean {
    if (typeof value === "string" && this.#texts.has(value)) return true;
    return this.#paths.size > 0 && this.#paths.has(JSON.stringify(path));
  }

  /** A text without any secret in it, also where one was encoded as base64. */
  redact(text: string): string {
    let clean = text;
    for (const secret of this.#texts) {
      clean = clean.replaceAll(secret, "[secret]");
      clean = clean.replaceAll(Buffer.from(secret).toString("base64"), "[secret]");
    }
    return clean;
  }

  #addTexts(value: Value): void {
    // Shorter texts ("true", "5432") stand in too many places to be recognised by their content.
    if (typeof value === "string" && value.length >= 8) this.#texts.add(value);
    else if (Array.isArray(value)) for (const item of value as readonly Value[]) this.#addTexts(item);
    else if (isObject(value)) for (const item of Object.values(value)) this.#addTexts(item);
  }
}

/** A value that a provider itself declares secret, for example the data of a Kubernetes Secret. */
export class Secret {
  constructor(readonly value: Outgoing) {}
}

/** What a provider gives back: values, some of them declared secret, undefined ones left out. */
export type Outgoing =
  | null
  | undefined
  | boolean
  | number
  | string
  | Value
  | Secret
  | readonly Outgoing[]
  | { readonly [key: string]: Outgoing };

/** Reads what the engine sent: secrets unwrapped and remembered, unknowns recognised. */
export function receive(wire: unknown): Received {
  const secrets = new Secrets();
  const values = read(wire ?? {}, [], secrets);
  return { values: isObject(values) ? values : {}, secrets };
}

/** Writes what the engine is to get: what came in as a secret goes out as one. */
export function send(values: Outgoing, secrets: Secrets): Record<string, unknown> {
  return write(values, [], secrets) as Record<string, unknown>;
}

function read(wire: unknown, path: Path, secrets: Secrets): Value {
  if (typeof wire === "string") return unknownSentinels.has(wire) ? unknown : wire;
  if (Array.isArray(wire)) return wire.map((item, index) => read(item, [...path, index], secrets));
  if (typeof wire !== "object" || wire === null) return wire as null | boolean | number;
  const object = wire as Record<string, unknown>;
  switch (object[signatureKey]) {
    case secretSignature:
      return readSecret(object.value, path, secrets);
    case outputSignature:
      if (!Object.hasOwn(object, "value")) return unknown;
      return object.secret === true
        ? readSecret(object.value, path, secrets)
        : read(object.value, path, secrets);
    case resourceSignature:
      return read(object.id ?? object.urn, path, secrets);
    case assetSignature:
      // Text assets are their text; other assets stay as they are for the provider to refuse or read.
      return typeof object.text === "string" && object.text !== ""
        ? object.text
        : copy(object, path, secrets);
    default:
      return copy(object, path, secrets);
  }
}

function readSecret(wire: unknown, path: Path, secrets: Secrets): Value {
  const value = read(wire, path, secrets);
  secrets.add(path, value);
  return value;
}

function copy(object: Record<string, unknown>, path: Path, secrets: Secrets): Values {
  return Object.fromEntries(
    Object.entries(object).map(([key, item]) => [key, read(item, [...path, key], secrets)]),
  );
}

function write(value: Outgoing, path: Path, secrets: Secrets): unknown {
  if (value instanceof Secret) return { [signatureKey]: secretSignature, value: plain(value.value) };
  const covered = !isUnknown(value) && value !== undefined && secrets.covers(path, value as Value);
  if (covered) return { [signatureKey]: secretSignature, value: plain(value) };
  if (isUnknown(value)) return unknownSentinel;
  if (Array.isArray(value)) {
    return (value as readonly Outgoing[]).map((item, index) =>
      write(item ?? null, [...path, index], secrets),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Outgoing>)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, write(item, [...path, key], secrets)]),
  );
}

/** Inside a secret nothing is marked again. */
function plain(value: Outgoing): unknown {
  if (value instanceof Secret) return plain(value.value);
  if (isUnknown(value)) return unknownSentinel;
  if (Array.isArray(value)) return (value as readonly Outgoing[]).map((item) => plain(item ?? null));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Outgoing>)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, plain(item)]),
  );
}
