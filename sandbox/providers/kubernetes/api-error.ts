import { WorldError } from "../../errors.js";
import { isList, isObject, type Value, valueAt } from "../protocol/index.js";

/** One reason why the API server refused an object. */
export interface Cause {
  /** Path of the property, for example `spec.containers[0].image`; empty when none is named. */
  readonly field: string;
  readonly message: string;
}

/** The cluster can't be reached at all. */
export class Unreachable extends WorldError {}

/** The API server answered with an error. */
export class ApiError extends WorldError {
  /**
   * @param status HTTP status
   * @param reason Kubernetes' word for it, for example `NotFound` or `Invalid`
   * @param causes one for each property that is wrong, if the server named any
   */
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly causes: readonly Cause[] = [],
  ) {
    super(message);
  }

  /** Reads the server's answer. */
  static of(status: number, body: Value | string, asked: string): ApiError {
    if (!isObject(body)) {
      const text = typeof body === "string" && body.trim() !== "" ? `: ${body.trim().slice(0, 300)}` : "";
      return new ApiError(status, "", `the API server answered ${status} to ${asked}${text}`);
    }
    const listed = valueAt(body, ["details", "causes"]);
    const causes = (isList(listed) ? listed : []).filter(isObject).map((cause) => ({
      field: String(cause.field ?? ""),
      message: String(cause.message ?? ""),
    }));
    const reason = typeof body.reason === "string" ? body.reason : "";
    const message = typeof body.message === "string" ? body.message : `status ${status}`;
    return new ApiError(status, reason, `the API server refused ${asked}: ${message}`, causes);
  }
}

/** Whether the object that was asked for does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether the namespace of the object does not exist. */
export function isNamespaceMissing(error: unknown): boolean {
  return (
    error instanceof ApiError && error.status === 404 && /namespaces? "[^"]*" not found/.test(error.message)
  );
}
