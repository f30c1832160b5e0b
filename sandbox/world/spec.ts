import { z } from "zod";

import { insideNets, type WorldSpec } from "../address.js";
import { SandboxInputError } from "../errors.js";
import { isWorldName, nameRule } from "./name.js";

/** The world that commands use unless told otherwise: two regions with clusters and a witness. */
export const defaultWorld: WorldSpec = {
  name: "default",
  net: 88,
  regions: [
    { region: "us-east-1", cluster: true },
    { region: "us-west-2", cluster: true },
    { region: "eu-west-1", cluster: false },
  ],
};

const inside = new Set<number>(Object.values(insideNets));

/** What a world can consist of. */
export const specSchema = z.object({
  name: z.string().refine(isWorldName, nameRule),
  net: z
    .custom<number>((net) => Number.isInteger(net) && Number(net) >= 1 && Number(net) <= 254, {
      error: ({ input }) => `must be 1 to 254, got ${String(input)}`,
    })
    .refine((net) => !inside.has(net), {
      error: ({ input }) =>
        `must not be ${[...inside].join(" or ")}, which clusters have inside, got ${input}`,
    }),
  regions: z
    .array(
      z.object({
        region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-[1-9]$/, 'must be a region such as "us-east-1"'),
        cluster: z.boolean(),
      }),
    )
    .min(1)
    // The node's addresses are in the third octet, up to 254.
    .max(200)
    .refine((regions) => new Set(regions.map((each) => each.region)).size === regions.length, {
      message: "must not name a region twice",
    }),
});

/**
 * Checks what a world shall consist of.
 *
 * @throws SandboxInputError naming every bad property.
 */
export function checkSpec(spec: WorldSpec): WorldSpec {
  const checked = specSchema.safeParse(spec);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new SandboxInputError(`world ${JSON.stringify(spec.name)}: ${problems.join("; ")}`);
}
