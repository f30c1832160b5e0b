import { z } from "zod";

/** Faults that are named; whoever mends these sees the others. */
const named = 3;

/** What a schema does not like of a value, on one line: `parts[0].sha256: Invalid input: expected string, received number`. */
export function schemaWords({ issues }: z.ZodError): string {
  const words = issues
    .slice(0, named)
    .map(({ path, message }) => (path.length === 0 ? message : `${z.core.toDotPath(path)}: ${message}`));
  const left = issues.length - words.length;
  return [...words, ...(left > 0 ? [`and ${left} more`] : [])].join("; ");
}
