import { z } from "zod";

/**
 * The parts of a plan that refer to each other, each optional.
 *
 * Cross-checks read a plan through this, so that one misshapen field does not hide what the others refer to.
 */
const text = z.string().optional().catch(undefined);
const texts = z.array(z.string()).catch([]);
const named = <Fields extends z.ZodRawShape>(fields: Fields) =>
  z.record(z.string(), z.object(fields).catch({} as never)).catch({});

const schema = z.object({
  sites: named({ kind: text, role: text, mode: text, region: text }),
  datasets: named({
    kind: text,
    at: text,
    backups: z
      .array(z.object({ direct: texts, replicated: texts }).catch({ direct: [], replicated: [] }))
      .catch([]),
  }),
  services: named({ needs: texts }),
  dns: z.object({ service: text, name: text, zone: text }).optional().catch(undefined),
  lease: z.object({ witness: text, ttl: text }).optional().catch(undefined),
});
export type CheckablePlan = z.output<typeof schema>;

const nothing: CheckablePlan = { sites: {}, datasets: {}, services: {} };

/** Reads whatever can be cross-checked of any input. */
export function checkable(input: unknown): CheckablePlan {
  const parsed = schema.safeParse(input);
  return parsed.success ? parsed.data : nothing;
}
