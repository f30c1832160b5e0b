import type { Plan } from "../schema/index.js";
import type { PatchStep } from "./finding.js";

/** RFC 6901: a place in a document. */
export const pointer = (...keys: readonly (string | number)[]): string =>
  keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/**
 * A plan with a patch applied; the plan itself stays as it is.
 *
 * For proofs that try their fixes before they propose them. What a patch adds has to be whole: no defaults are filled
 * in here.
 *
 * @throws RangeError when a step names a place that is not there
 */
export function patched(plan: Plan, steps: readonly PatchStep[]): Plan {
  if (steps.length === 0) return plan;
  const copy: unknown = structuredClone(plan);
  for (const step of steps) apply(copy, step);
  return copy as Plan;
}

function apply(document: unknown, step: PatchStep): void {
  const keys = step.path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop() ?? "";
  let place: unknown = document;
  for (const key of keys) place = isObject(place) ? Reflect.get(place, key) : undefined;
  if (!isObject(place)) throw new RangeError(`the plan has no place "${step.path}"`);
  if (Array.isArray(place)) {
    const index = last === "-" ? place.length : Number(last);
    if (step.op === "remove") place.splice(index, 1);
    else place.splice(index, step.op === "replace" ? 1 : 0, step.value);
  } else if (step.op === "remove") Reflect.deleteProperty(place, last);
  else Reflect.set(place, last, structuredClone(step.value));
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
