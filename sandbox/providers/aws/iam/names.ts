import { format, type Rule } from "../check/rules.js";

/** Names in IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export function iamName(property: string, most: number): Rule {
  return format(property, new RegExp(`^[\\w+=,.@-]{1,${most}}$`), `1 to ${most} letters, digits or _+=,.@-`);
}

/** A policy as IAM gives it back: percent-encoded (RFC 3986). */
export function decodedPolicy(text: string | undefined): string | undefined {
  return text?.startsWith("%") ? decodeURIComponent(text) : text;
}
