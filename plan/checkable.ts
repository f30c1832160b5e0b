import { z } from "zod";

import { defaultCheck } from "./schema/services.js";

/**
 * The parts of a plan that refer to each other, each optional.
 *
 * Cross-checks read a plan through this, so that one misshapen field does not hide what the others refer to. A list
 * keeps its places: an entry that is no text is `undefined`. A whole part that is misshapen is `undefined` too, so
 * that nothing is measured against names that nobody could read.
 */
const text = z.string().optional().catch(undefined);
const texts = z.array(text).catch([]);
const flag = z.boolean().optional().catch(undefined);

/** An object whose fields can all be absent; anything else reads as one without fields. */
function part<Fields extends z.ZodRawShape>(fields: Fields) {
  const shape = z.object(fields);
  return shape.catch(() => shape.parse({}));
}
const maybe = <Fields extends z.ZodRawShape>(fields: Fields) => z.object(fields).optional().catch(undefined);
const named = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.record(z.string(), part(fields)).optional().catch(undefined);
/** A part that may be left out: then there are no names. */
const namedOrNone = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.record(z.string(), part(fields)).default({}).optional().catch(undefined);
const listed = <Fields extends z.ZodRawShape>(fields: Fields) => z.array(part(fields)).catch([]);

/** Only whether it is there matters. */
const present = z.unknown().optional();

const site = {
  ...{ kind: text, role: text, mode: text, region: text, account: text, provider: text },
  ...{ hostedBy: text, endpoint: text, jurisdiction: text },
  /** That it is there matters even where it cannot be read. */
  bucket: z.object({ existing: text }).optional().catch({ existing: undefined }),
};
const dataset = {
  ...{ kind: text, at: text, category: text, class: text, owner: text, head: text, keys: text },
  bucket: text,
  residency: z.array(text).optional().catch(undefined),
  regional: flag,
  references: listed({ to: text }),
  source: part({ kind: text, reference: text }),
  backups: listed({
    ...{ kind: text, direct: texts, replicated: texts, to: text, parallel: present },
    schedule: part({ kind: text, runner: text.default("kubernetes") }),
  }),
};

const schema = part({
  name: text,
  bucketPrefix: text,
  objectives: part({ classes: namedOrNone({}) }),
  identities: present,
  keys: part({
    provider: text.default("kms"),
    deletionWindow: text,
    categories: namedOrNone({ at: texts, sharedWith: text }),
    recovery: maybe({ holders: texts }),
  }),
  closure: namedOrNone({ at: texts }),
  access: namedOrNone({ writes: texts, deletes: texts }),
  sites: named(site),
  datasets: named(dataset),
  services: namedOrNone({ needs: texts, after: texts, at: texts }),
  dns: maybe({
    ...{ service: text, name: text, zone: text, provider: text },
    subscription: text.default(defaultCheck.subscription),
    check: part({ every: text.default(defaultCheck.every) }),
  }),
  lease: maybe({ witness: text, ttl: text }),
  alerts: listed({ datasets: texts, to: texts }),
  drills: listed({ datasets: texts, owner: text }),
  people: namedOrNone({}),
  escalation: texts,
  waivers: listed({ by: text, until: text, rule: text }),
});

/** What of any input can be cross-checked. */
export type CheckablePlan = z.output<typeof schema>;
/** A site as far as it can be read. */
export type CheckableSite = NonNullable<CheckablePlan["sites"]>[string];
/** A dataset as far as it can be read. */
export type CheckableDataset = NonNullable<CheckablePlan["datasets"]>[string];

/** Reads whatever can be cross-checked of any input; never throws. */
export function checkable(input: unknown): CheckablePlan {
  return schema.parse(input);
}
