import { z } from "zod";

import { duration, period, size, someSize } from "./schema/fields.js";
import { planSchema } from "./schema/index.js";
import { durationPattern, sizePattern } from "./units.js";

const durationShape = {
  type: "string",
  pattern: durationPattern.source,
  description:
    "A length of time: a number and one of ms, s, m, h, d, w, y. Days are 24 hours, weeks 7 days, years 365 days.",
  examples: ["90s", "5m", "24h", "90d"],
};
/** No zero, however it is written. */
const notZero = "^(?!0+(?:\\.0+)?[A-Za-z])";
const periodShape = { ...durationShape, pattern: durationPattern.source.replace("^", notZero) };
const sizeShape = {
  type: "string",
  pattern: sizePattern.source,
  description: "An amount of data: a number and one of B, KiB, MiB, GiB, TiB.",
  examples: ["500MiB", "10GiB"],
};
const someSizeShape = { ...sizeShape, pattern: sizePattern.source.replace("^", notZero) };

/**
 * The JSON Schema (draft 2020-12) of plans as people and programs write them: what has a default may be left out.
 *
 * It says what single fields may be. Cross-references, and the refusal of a calendar retention without any count, are
 * checked when a plan is read.
 */
export function planJsonSchema(): Record<string, unknown> {
  const { $schema, ...shape } = z.toJSONSchema(planSchema, {
    target: "draft-2020-12",
    io: "input",
    // What only code can check is described by hand below.
    unrepresentable: "any",
    reused: "ref",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === duration) Object.assign(jsonSchema, durationShape);
      if (zodSchema === period) Object.assign(jsonSchema, periodShape);
      if (zodSchema === someSize) Object.assign(jsonSchema, someSizeShape);
      if (zodSchema === size) Object.assign(jsonSchema, sizeShape);
    },
  });
  return { $schema, title: "Secondsite plan", ...shape };
}
