import { expect, test } from "vitest";

import { unknown } from "../protocol/index.js";
import { ApiError } from "./api-error.js";
import { settingsOf } from "./arguments.js";
import { fillUnknown, refusedChanges, replacedByRule } from "./immutable.js";

const invalid = (field: string, message: string) =>
  new ApiError(422, "Invalid", "is invalid", [{ field, message }]);

test.each([
  ["a named field", invalid("spec.selector", "field is immutable"), ["spec.selector.matchLabels.app"]],
  [
    "a field named roughly",
    invalid("spec", "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden"),
    ["spec.selector.matchLabels.app", "spec.replicas"],
  ],
  [
    "a derived field",
    invalid("spec.clusterIPs[0]", "may not change once set"),
    ["spec.selector.matchLabels.app", "spec.replicas"],
  ],
])("%s that the server won't change replaces the object", (_what, error, expected) => {
  expect(refusedChanges(error, ["spec.selector.matchLabels.app", "spec.replicas"])).toEqual(expected);
});

test("a refusal for another reason replaces nothing", () => {
  expect(
    refusedChanges(invalid("spec.replicas", "must be greater than or equal to 0"), ["spec.replicas"]),
  ).toEqual([]);
});

test("data of a ConfigMap replaces it unless the provider says that it is mutable", () => {
  const kind = { group: "", version: "v1", kind: "ConfigMap" };
  const changes = ["data.key", "metadata.labels.app"];

  expect(replacedByRule(kind, {}, changes, settingsOf({}, {}))).toEqual(["data.key"]);
  expect(replacedByRule(kind, {}, changes, settingsOf({ enableConfigMapMutable: "true" }, {}))).toEqual([]);
  expect(
    replacedByRule(kind, { immutable: true }, changes, settingsOf({ enableConfigMapMutable: "true" }, {})),
  ).toEqual(["data.key"]);
});

test("what is not known yet is tried with its old value", () => {
  expect(fillUnknown({ a: unknown, b: [unknown, 2], c: unknown }, { a: 1, b: [3] })).toEqual({
    a: 1,
    b: [3, 2],
  });
});
