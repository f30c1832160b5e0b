const hidden = "***";

/** Names of environment variables whose values are nobody's business. */
const secretName = /PASS(?:WORD|PHRASE|WD)?|SECRET|TOKEN|CREDENTIAL|PRIVATE|ACCESS_KEY|API_?KEY/i;

/** A variable that names a file is no secret, and where it is helps. */
const placeName = /_(?:FILE|PATH|DIR)$/i;

/** Shorter values would blacken half a sentence. */
const shortestSecret = 8;

/** Longest message that is recorded, in characters. */
const longest = 2_000;

/** What looks like a secret wherever it comes from, with what stays of it. */
const shapes: readonly [RegExp, string][] = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi, `$1${hidden}@`],
  [/AGE-SECRET-KEY-1[A-Z0-9]+/gi, hidden],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, hidden],
  [/(\bBearer\s+)[\w.~+/=-]+/gi, `$1${hidden}`],
  [
    /\b((?:[\w-]*(?:password|passphrase|passwd|secret|token|x-amz-signature|x-amz-credential|signature)[\w-]*)["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&"']+)/gi,
    `$1${hidden}`,
  ],
];

/**
 * A message as it may be kept for years: without what looks like a secret, and without the values of environment
 * variables that are named like one.
 *
 * @param environment @default the process's own
 */
export function withoutSecrets(message: string, environment: NodeJS.ProcessEnv = process.env): string {
  const values = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.length >= shortestSecret && secretName.test(name) && !placeName.test(name)
      ? [value]
      : [],
  );
  const known = values
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, value) => text.replaceAll(value, hidden), message);
  const shown = shapes.reduce((text, [shape, instead]) => text.replace(shape, instead), known);
  return shown.length > longest ? `${shown.slice(0, longest)}…` : shown;
}
