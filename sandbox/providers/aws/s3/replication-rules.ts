import { type Failure, formatPath, isObject, type Path, type Values } from "../../protocol/index.js";
import { at, type Rule } from "../check/rules.js";

/** What has to hold between the parts of a replication rule; the API's reference states each. */
export const replicationRules: readonly Rule[] = [
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html
  eachRule((rule, path) => {
    if (rule.filter === undefined || rule.deleteMarkerReplication !== undefined) return [];
    return [failure([...path, "deleteMarkerReplication"], "is missing; a rule with a filter needs it")];
  }),
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_SourceSelectionCriteria.html
  eachRule((rule, path) => {
    const { sourceSelectionCriteria: criteria, destination } = rule;
    const kms = isObject(criteria) ? criteria.sseKmsEncryptedObjects : undefined;
    if (!isObject(kms) || kms.status !== "Enabled") return [];
    if (isObject(destination) && destination.encryptionConfiguration !== undefined) return [];
    const reason = "is missing; with sseKmsEncryptedObjects S3 needs the replica's key";
    return [failure([...path, "destination", "encryptionConfiguration"], reason)];
  }),
  (inputs) => {
    const rules = at(inputs, "rules[*]").flatMap(({ path, value }) =>
      isObject(value) ? [{ path, rule: value }] : [],
    );
    const seen = new Set<unknown>();
    return rules.flatMap(({ path, rule }) => {
      const priority = rule.priority ?? 0;
      const again = seen.has(priority) && rule.filter !== undefined;
      seen.add(priority);
      return again
        ? [failure([...path, "priority"], `is ${priority} a second time; each rule has its own`)]
        : [];
    });
  },
];

function eachRule(judge: (rule: Values, path: Path) => Failure[]): Rule {
  return (inputs) =>
    at(inputs, "rules[*]").flatMap(({ path, value }) => (isObject(value) ? judge(value, path) : []));
}

function failure(path: Path, reason: string): Failure {
  return { property: formatPath(path), reason };
}
