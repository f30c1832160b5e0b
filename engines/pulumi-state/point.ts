import { z } from "zod";
import { schemaWords } from "../../vault/index.js";

import { EngineError } from "../errors.js";
import { pointFields } from "../point-fields.js";

const stack = z.object({
  /** `organization/<project>/<stack>`. */
  stack: z.string().min(1),
  /** Name of the part that is its checkpoint. */
  part: z.string().min(1),
  /** Name of the part with its tags. @default none */
  tags: z.string().min(1).optional(),
  resources: z.int().min(0),
  /** Operations that an update was at. */
  pending: z.int().min(0),
});

/** What a manifest says of a point of Pulumi's state. */
const schema = z.object({
  version: z.literal(1),
  engine: z.literal("pulumi-state"),
  ...pointFields,
  source: z.object({
    /** What `pulumi login` was given. */
    backend: z.string(),
    /** Nothing that was written later is in it. */
    at: z.iso.datetime(),
    /** Bytes as they lay there. */
    bytes: z.int().min(0),
    stacks: z.array(stack).min(1),
    /** Stacks on which an update held a lock. */
    locked: z.array(z.string()),
    /** Stacks that were written again and again: each is whole, but they may not be of one moment. */
    changing: z.array(z.string()),
    /** Parts that were no checkpoint when they were captured. */
    unread: z.array(z.string()),
  }),
  /** The newest Pulumi that wrote one of them. */
  tool: z.object({ name: z.literal("pulumi"), version: z.string() }),
});

/** Parts have the names of a backend's objects: whoever lays them down writes nowhere else. */
const insideBackend = (name: string) =>
  name.startsWith(".pulumi/") && !name.split("/").some((one) => one === "" || one === "." || one === "..");

export type StatePoint = z.infer<typeof schema>;
export type CapturedStack = z.infer<typeof stack>;

/** Reads what a manifest says. @throws EngineError (3) when it is no point of this engine */
export function parsePoint(value: unknown, label: string): StatePoint {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new EngineError(`${label} is no point of Pulumi's state: ${schemaWords(parsed.error)}`, 3);
  const outside = parsed.data.parts.find(({ name }) => !insideBackend(name));
  if (outside) throw new EngineError(`${label} has a part that belongs to no backend: "${outside.name}"`, 3);
  return parsed.data;
}

/** What is worth knowing about a point, for people; empty when it was taken in quiet. */
export function remarks({ source }: StatePoint): string[] {
  const pending = source.stacks.filter((one) => one.pending > 0);
  const named = (what: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${what}: ${names.join(", ")}`];
  return [
    ...named("an update was running on", source.locked),
    ...named("written while it was captured, not of one moment with the others", source.changing),
    ...named(
      "operations were pending, which the next update asks about",
      pending.map((one) => `${one.stack} (${one.pending})`),
    ),
    ...named("no checkpoint when it was captured", source.unread),
  ];
}
