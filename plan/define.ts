import type { z } from "zod";

import { checkable } from "./checkable.js";
import { InvalidPlan, type Problem } from "./errors.js";
import { crossReferences } from "./rules/index.js";
import { type Plan, type PlanInput, planSchema } from "./schema/index.js";

/**
 * Checks a plan and fills in its defaults.
 *
 * @throws InvalidPlan with every problem and its path, all in one go.
 */
export function definePlan(input: PlanInput): Plan {
  return parsePlan(input);
}

/** What is known about the day on which a plan is read. */
export interface ParseOptions {
  /** Waivers that expired before this day are problems. @default none are: a plan stays readable as days go by */
  readonly asOf?: Date | undefined;
}

/** The same for a plan of unknown origin, for example JSON. @throws InvalidPlan */
export function parsePlan(input: unknown, { asOf }: ParseOptions = {}): Plan {
  const parsed = planSchema.safeParse(input, { reportInput: true });
  const shape = parsed.success ? [] : parsed.error.issues.flatMap(problems);
  const wrong = [...shape, ...crossReferences(checkable(parsed.success ? parsed.data : input), asOf)];
  if (wrong.length > 0 || !parsed.success) throw new InvalidPlan(planName(input), wrong, input);
  return parsed.data;
}

function problems(issue: z.core.$ZodIssue): Problem[] {
  const at = path(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ at: path([...issue.path, key]), message: "unknown field" }));
  if (issue.code === "invalid_type" && issue.input === undefined && standard.test(issue.message))
    return [{ at, message: `is missing: expected ${withArticle(issue.expected)}` }];
  if (issue.code === "invalid_value" && standard.test(issue.message)) {
    const given = issue.input === undefined ? "is missing: " : "";
    const got = issue.input === undefined ? "" : `, got ${JSON.stringify(issue.input)}`;
    return [
      {
        at,
        message: `${given}expected ${issue.values.map((one) => JSON.stringify(one)).join(" or ")}${got}`,
      },
    ];
  }
  return [{ at, message: issue.message }];
}

/** What the schema says where no field has words of its own. */
const standard = /^Invalid (?:input|option): expected /;

const withArticle = (type: string) => `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;

function path(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    "",
  );
}

function planName(input: unknown): string {
  const given = typeof input === "object" && input !== null && "name" in input ? input.name : undefined;
  return typeof given === "string" ? given : "unnamed";
}
