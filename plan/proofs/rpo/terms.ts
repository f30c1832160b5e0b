/** What the arithmetic of a loss is made of. */
export const termNames = [
  "gap",
  "missed",
  "late",
  "deadline",
  "upload",
  "overlap",
  "within",
  "lag",
  "replication",
  "transfer",
  "transit",
  "parent",
] as const;
export type TermName = (typeof termNames)[number];

/** One term of a sum. */
export interface Term {
  readonly name: TermName;
  readonly seconds: number;
  /** What it is, as it stands in the arithmetic after its length. */
  readonly what: string;
}

/** The sum of terms in seconds. */
export const sumOf = (terms: readonly Term[]): number =>
  terms.reduce((sum, { seconds: length }) => sum + length, 0);
