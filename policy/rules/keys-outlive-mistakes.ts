import type { ResourceValidationPolicy } from "@pulumi/policy";

/** The longest KMS allows, in days. */
const longestWindow = 30;

/** Keys rotate, and one that is deleted by mistake can be had back for as long as KMS allows. */
export const keysOutliveMistakes: ResourceValidationPolicy = {
  name: "keys-outlive-mistakes",
  description: "KMS keys rotate and wait 30 days before they are deleted.",
  severity: "high",
  validateResource: ({ type, name, props }, report) => {
    const replica = type === "aws:kms/replicaKey:ReplicaKey";
    if (type !== "aws:kms/key:Key" && !replica) return;
    // A replica rotates with its primary.
    if (!replica && props.enableKeyRotation !== true)
      report(`key "${name}" does not rotate: set enableKeyRotation to true`);
    // KMS's own default is 30 days.
    const days = props.deletionWindowInDays ?? longestWindow;
    if (days < longestWindow)
      report(`key "${name}" is gone ${days} days after a deletion: set deletionWindowInDays to 30`);
  },
};
