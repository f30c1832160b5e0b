import { isList, isObject, type Path, type Value, type Values, valueAt } from "../../protocol/index.js";
import type { Cluster } from "../cluster.js";

/** Whether an object is what it was asked to be. */
export type Verdict =
  | { readonly state: "ready" }
  /** Not yet; `doing` says what it waits for. */
  | { readonly state: "waiting"; readonly doing: string }
  /** Never, unless something is changed. */
  | { readonly state: "failed"; readonly reasons: readonly string[] };

/** Judges an object as it stands. */
export type Judge = (object: Values, cluster: Cluster) => Promise<Verdict>;

export const ready: Verdict = { state: "ready" };

/** @param doing begins with what is waited for, or says how far it is */
export function waiting(doing: string): Verdict {
  return { state: "waiting", doing };
}

export function failed(...reasons: readonly string[]): Verdict {
  return { state: "failed", reasons };
}

/** A number in an object, or zero: the server leaves zeros out. */
export function count(object: Value, ...path: Path): number {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : 0;
}

/** A text in an object, or empty. */
export function text(object: Value, ...path: Path): string {
  const value = valueAt(object, path);
  return typeof value === "string" ? value : "";
}

/** A list of objects in an object, or none. */
export function objects(object: Value, ...path: Path): Values[] {
  const value = valueAt(object, path);
  return isList(value) ? value.filter(isObject) : [];
}

/** A condition of an object's status. */
export function condition(object: Value, type: string): Values | undefined {
  return objects(object, "status", "conditions").find((one) => one.type === type);
}

/** Whether the controller has not seen the object's newest form yet: its status speaks of an older one. */
export function isStale(object: Values): boolean {
  return count(object, "status", "observedGeneration") < count(object, "metadata", "generation");
}
