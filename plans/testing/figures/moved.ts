/** What becomes of findings as a figure is moved. */
export interface Threshold {
  /** Identities of findings. */
  readonly findings: readonly string[];
  /** They are gone from this number on, or up to it; they are there right beside it. */
  readonly gone: "from" | "up to";
  /** Seconds, or what the figure counts; need not be whole. */
  readonly number: number;
}

/** The thresholds of each figure that has any, by the place of the figure (JSON Pointer). */
export type Moved = Readonly<Record<string, readonly Threshold[]>>;

export const from = (number: number, ...findings: readonly string[]): Threshold => ({
  ...{ findings, gone: "from", number },
});
export const upTo = (number: number, ...findings: readonly string[]): Threshold => ({
  ...{ findings, gone: "up to", number },
});

const everyDisaster = ["operator-error", "database", "region", "account", "provider"];
/** What a mistake or a broken disk costs. */
export const near = everyDisaster.slice(0, 2);

/** The RPO of a dataset missed in some disasters. @param among @default all of them */
export const missed = (dataset: string, among: readonly string[] = everyDisaster): string[] =>
  among.map((disaster) => `rpo/${disaster} datasets.${dataset}.backups ${disaster}`);

/** A rule about how long a backup is kept. */
export const kept = (rule: string, dataset: string, index: number): string =>
  `${rule} datasets.${dataset}.backups[${index}].keep`;

/** Where a backup stands. */
export const backup = (dataset: string, index: number, ...field: readonly string[]): string =>
  ["", "datasets", dataset, "backups", index, ...field].join("/");
