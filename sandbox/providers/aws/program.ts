import {
  type CheckAnswer,
  type CheckRequest,
  type DiffAnswer,
  type DiffRequest,
  differences,
  type Failure,
  hasUnknown,
  isObject,
  PartialFailure,
  type ProviderProgram,
  parsePath,
  type Value,
  type Values,
} from "../protocol/index.js";
import { defaultsKey, isChosen, naming } from "./autoname.js";
import { Aws } from "./aws.js";
import { canonical } from "./canonical.js";
import { nearest } from "./check/nearest.js";
import { shapeFailures } from "./check/shape.js";
import { type Configuration, configurationFailures, readConfiguration } from "./configuration.js";
import { invoke } from "./invoke.js";
import { resources } from "./registry.js";
import type { AnyResource } from "./resource.js";
import { type Properties, type Shape, schema } from "./schema/schema.js";
import { describeLive, foreseen } from "./state.js";
import { otherDefaultTags, withDefaultTags } from "./tags.js";

/** AWS, as far as {@link resources} go; anything else is refused. */
export class AwsProgram implements ProviderProgram {
  readonly name = "aws";
  readonly version = schema.version;
  #configuration: Configuration | undefined;
  #aws: Aws | undefined;

  async checkConfig({ news }: { news: Values }): Promise<readonly Failure[]> {
    return configurationFailures(news);
  }

  async configure(args: Values): Promise<void> {
    this.#configuration = readConfiguration(args);
    this.#aws = new Aws(this.#configuration);
    await this.#configuration.admit(this.#aws);
  }

  async check(request: CheckRequest): Promise<CheckAnswer> {
    const type = typeOf(request.type);
    const { inputs: properties } = schemaOf(type);
    const named = naming(type, request);
    const { [defaultsKey]: _old, ...news } = request.news;
    const region = properties.region && { region: news.region ?? this.#settings.region };
    const inputs: Values = { ...withPolicyTexts(withoutNull(news), properties), ...region, ...named.added };
    const what = request.type;
    const { [defaultsKey]: _chosen, ...own } = inputs;
    const shape = shapeFailures(own, properties, what);
    const failures = [...named.failures, ...shape, ...unsupportedFailures(type, news)];
    // Rules read what they judge by its type, so they wait until the types are right.
    if (shape.length === 0) failures.push(...type.rules.flatMap((rule) => rule(own)));
    return { inputs, failures };
  }

  async diff({ type: token, oldInputs, oldState, news }: DiffRequest): Promise<DiffAnswer> {
    const type = typeOf(token);
    const changes = { ...this.#changes(type, oldInputs, news) };
    if (otherDefaultTags(type, oldState, news, this.#settings)) changes.tagsAll = "update";
    const replaces = Object.keys(changes).filter((path) =>
      (type.replaceOn as readonly string[]).includes(String(parsePath(path)[0])),
    );
    const name = type.autoname?.property;
    // A name of the program's own choosing can't be taken twice: the old one has to go first.
    const taken = name !== undefined && !isChosen(news, name) && !(name in changes);
    return {
      changes,
      replaces,
      deleteBeforeReplace: replaces.length > 0 && (taken || (type.deleteBeforeReplace ?? false)),
    };
  }

  async create({ type: token, inputs, preview }: { type: string; inputs: Values; preview: boolean }) {
    const type = typeOf(token);
    if (preview) return { id: "", state: foreseen(type, inputs) };
    const complete = withDefaultTags(type, own(inputs), this.#settings);
    let made: string | undefined;
    const note = (id: string) => {
      made = id;
    };
    try {
      made = await type.create(this.#client, complete, note);
    } catch (error) {
      if (made === undefined) throw error;
      throw new PartialFailure(made, complete, [reasonOf(error)], inputs);
    }
    return { id: made, state: await this.#made(type, made, inputs, complete) };
  }

  async update(request: {
    type: string;
    id: string;
    inputs: Values;
    oldInputs: Values;
    oldState: Values;
    preview: boolean;
  }) {
    const { id, inputs, oldInputs, oldState } = request;
    const type = typeOf(request.type);
    if (request.preview) return { state: foreseen(type, inputs, oldState) };
    const complete = withDefaultTags(type, own(inputs), this.#settings);
    // The old state, where it has more than the inputs, is what AWS holds.
    const old = { ...own(oldInputs), ...("tagsAll" in oldState && { tags: oldState.tagsAll ?? {} }) };
    const changed = new Set(
      Object.keys(differences(canonical(type, old), canonical(type, complete))).map((path) =>
        String(parsePath(path)[0]),
      ),
    );
    await type.update(this.#client, { id, inputs: complete, old, changed });
    return { state: await this.#made(type, id, inputs, { ...oldState, ...complete }) };
  }

  async read({
    type: token,
    id,
    inputs,
    state,
  }: {
    type: string;
    id: string;
    inputs: Values;
    state: Values;
  }) {
    const type = typeOf(token);
    const imported = Object.keys(state).length === 0 && Object.keys(inputs).length === 0;
    // An id to import may name the region, as the official provider takes it: bucket@us-west-2.
    const [, bare = id, region] = (imported && /^(.+)@([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(id)) || [];
    const known = { ...own(inputs), ...state, ...(region && { region }) };
    const live = await type.read(this.#client, bare, known);
    if (!live) return null;
    return { id: bare, ...describeLive(type, { live, inputs, state, imported, settings: this.#settings }) };
  }

  async delete({
    type: token,
    id,
    inputs,
    state,
  }: {
    type: string;
    id: string;
    inputs: Values;
    state: Values;
  }) {
    await typeOf(token).delete(this.#client, id, { ...own(inputs), ...state });
  }

  async invoke({ token, args }: { token: string; args: Values }) {
    return invoke(this.#client, token, args);
  }

  get #settings(): Configuration {
    if (!this.#configuration) throw new Error("the engine asked before it configured the provider");
    return this.#configuration;
  }

  get #client(): Aws {
    if (!this.#aws) throw new Error("the engine asked before it configured the provider");
    return this.#aws;
  }

  #changes(type: AnyResource, olds: Values, news: Values): DiffAnswer["changes"] {
    const left: Record<string, Value> = { ...canonical(type, olds) };
    const right: Record<string, Value> = { ...canonical(type, news) };
    for (const name of type.computed ?? []) {
      if (right[name] === undefined) delete left[name];
    }
    return differences(left, right);
  }

  /** The state of what was just written; what can't be read back must not be lost. */
  async #made(type: AnyResource, id: string, inputs: Values, known: Values): Promise<Values> {
    let reason = "AWS took it, but it is not there";
    try {
      const live = await type.read(this.#client, id, known);
      if (live) {
        return describeLive(type, { live, inputs, state: inputs, imported: false, settings: this.#settings })
          .state;
      }
    } catch (error) {
      reason = reasonOf(error);
    }
    throw new PartialFailure(id, known, [reason], inputs);
  }
}

function typeOf(token: string): AnyResource {
  const found = resources.get(token);
  if (found) return found;
  const near = nearest(token, [...resources.keys()]);
  const hint =
    near.length > 0 ? `did you mean ${near.join(" or ")}?` : `it serves ${[...resources.keys()].join(", ")}`;
  throw new Error(`the sandbox's AWS provider does not serve ${token}; ${hint}`);
}

function schemaOf(type: AnyResource) {
  const found = schema.resources[type.token];
  if (!found) throw new Error(`schema.generated.json has no ${type.token}; run schema/generate.ts`);
  return found;
}

function unsupportedFailures(type: AnyResource, news: Values): Failure[] {
  return (type.unsupported ?? [])
    .filter((name) => (news[name] ?? null) !== null || (name in news && hasUnknown(news[name] ?? null)))
    .map((name) => ({
      property: name,
      reason: "is not served by the sandbox's AWS provider; use the resource type made for it",
    }));
}

function withoutNull(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Policies may come as objects; AWS takes texts. */
function withPolicyTexts(values: Values, properties: Properties): Values {
  const isPolicy = (shape: Shape | undefined) =>
    shape?.kind === "union" && shape.of.some(({ kind }) => kind === "any");
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) =>
      isPolicy(properties[name]?.shape) && isObject(value) && !hasUnknown(value)
        ? [name, JSON.stringify(value)]
        : [name, value],
    ),
  );
}

/** Inputs without the provider's own notes. */
function own(inputs: Values): Values {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith("__")));
}
