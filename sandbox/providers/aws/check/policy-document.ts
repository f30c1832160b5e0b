import {
  type Failure,
  formatPath,
  isObject,
  type Path,
  type Value,
  type Values,
} from "../../protocol/index.js";
import { nearest } from "./nearest.js";
import { at, type Rule } from "./rules.js";

/** What a policy is for decides which elements it must and must not have. */
export type PolicyKind = "identity" | "resource" | "trust";

const documentElements = ["Version", "Id", "Statement"];
const statementElements = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];
const principalTypes = ["AWS", "Federated", "Service", "CanonicalUser"];

/**
 * The text, or object, is an IAM policy:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function policyDocument(property: string, kind: PolicyKind): Rule {
  return (inputs) =>
    at(inputs, property).flatMap(({ path, value }) => {
      const document = typeof value === "string" ? parsed(value) : value;
      if (!isObject(document))
        return [{ property: formatPath(path), reason: "is not a JSON object; it has to be an IAM policy" }];
      return documentFailures(document, kind, path);
    });
}

function parsed(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function documentFailures(document: Values, kind: PolicyKind, path: Path): Failure[] {
  const failures = unknownElements(document, documentElements, path);
  const { Version, Statement } = document;
  if (Version !== undefined && Version !== "2012-10-17" && Version !== "2008-10-17")
    failures.push(
      wrong([...path, "Version"], `is ${JSON.stringify(Version)}; AWS takes 2012-10-17 and 2008-10-17`),
    );
  if (Statement === undefined)
    return [...failures, wrong([...path, "Statement"], "is missing; a policy needs it")];
  const statements = Array.isArray(Statement) ? (Statement as readonly Value[]) : [Statement];
  return [
    ...failures,
    ...statements.flatMap((statement, index) => {
      const here = [...path, "Statement", index];
      return isObject(statement)
        ? statementFailures(statement, kind, here)
        : [wrong(here, "is not an object")];
    }),
  ];
}

function statementFailures(statement: Values, kind: PolicyKind, path: Path): Failure[] {
  const failures = unknownElements(statement, statementElements, path);
  const has = (name: string) => statement[name] !== undefined;
  const oneOfTwo = (name: string) => {
    if (has(name) === has(`Not${name}`))
      failures.push(wrong([...path, name], `a statement needs either ${name} or Not${name}`));
  };
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny")
    failures.push(
      wrong([...path, "Effect"], `is ${JSON.stringify(statement.Effect) ?? "missing"}; it is Allow or Deny`),
    );
  oneOfTwo("Action");
  if (kind === "trust") {
    if (has("Resource") || has("NotResource"))
      failures.push(wrong([...path, "Resource"], "a trust policy has no Resource; the role itself is meant"));
  } else oneOfTwo("Resource");
  if (kind === "identity") {
    if (has("Principal") || has("NotPrincipal"))
      failures.push(
        wrong([...path, "Principal"], "an identity's policy has no Principal; the identity itself is meant"),
      );
  } else oneOfTwo("Principal");
  for (const name of ["Action", "NotAction"])
    failures.push(...actionFailures(statement[name], [...path, name]));
  for (const name of ["Principal", "NotPrincipal"])
    failures.push(...principalFailures(statement[name], [...path, name]));
  if (has("Condition") && !isObject(statement.Condition))
    failures.push(wrong([...path, "Condition"], "is not an object"));
  return failures;
}

function actionFailures(value: Value | undefined, path: Path): Failure[] {
  const actions = value === undefined ? [] : Array.isArray(value) ? (value as readonly Value[]) : [value];
  return actions
    .filter((action) => typeof action !== "string" || !/^(\*|[\w-]+:[\w*?-]+)$/.test(action))
    .map((action) =>
      wrong(path, `has ${JSON.stringify(action)}; an action is service:Name, for example s3:GetObject`),
    );
}

function principalFailures(value: Value | undefined, path: Path): Failure[] {
  if (value === undefined || value === "*") return [];
  if (!isObject(value))
    return [
      wrong(path, `is ${JSON.stringify(value)}; it is "*" or an object of ${principalTypes.join(", ")}`),
    ];
  return unknownElements(value, principalTypes, path);
}

function unknownElements(object: Values, known: readonly string[], path: Path): Failure[] {
  return Object.keys(object)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const [near] = nearest(name, known);
      return wrong(
        [...path, name],
        `is no element of an IAM policy; ${near ? `did you mean ${near}?` : `it has ${known.join(", ")}`}`,
      );
    });
}

function wrong(path: Path, reason: string): Failure {
  return { property: formatPath(path), reason };
}
