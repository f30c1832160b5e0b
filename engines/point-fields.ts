import { z } from "zod";

import type { Part } from "./engine.js";
import { EngineError } from "./errors.js";

/** What every engine's description of a point has. Times are ISO 8601 in UTC. */
export const pointFields = {
  /** Unique within a dataset; sorts by time. */
  label: z.string().regex(/^\d{8}T\d{6}Z-[0-9a-f]{8}$/),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  parts: z
    .array(
      z.object({
        name: z.string().min(1),
        bytes: z.int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1),
  /** Argument lists that restore it from its parts, decrypted, in the present folder, without Secondsite. */
  restore: z.array(z.array(z.string())).min(1),
};

/** A part of a point by its name. @throws EngineError (3) when the point has none */
export function partOf(
  { label, parts }: { readonly label: string; readonly parts: readonly Part[] },
  name: string,
): Part {
  const found = parts.find((one) => one.name === name);
  if (!found) throw new EngineError(`point ${label} has no part ${name}`, 3);
  return found;
}
