import { names } from "../../plan/index.js";
import type { LoggedCommit } from "./divergence-log.js";
import { openingProgram } from "./divergence-seal.js";
import { bucketAt, type Placement } from "./placement.js";

/** What a superseded database committed and the next epoch does not have; the object's JSON. */
export interface DivergenceReport {
  readonly version: 1;
  readonly plan: string;
  readonly dataset: string;
  readonly site: string;
  /** The epoch in which it was committed. */
  readonly epoch: number;
  readonly supersededBy: { readonly site: string; readonly epoch: number };
  readonly exportedAt: string;
  readonly timeline: number;
  /** From here on the next epoch has nothing of this log; absent when it could not be asked, then all log is here. */
  readonly forkLsn?: string;
  /** Where this volume's log ends. */
  readonly endLsn: string;
  /** Transactions that users or the server committed after the fork. */
  readonly commits: number;
  /** Commits of the keeper's own probe, which changes nothing else. */
  readonly probes: number;
  /** When the first and the last of `commits` were. */
  readonly firstAt?: string;
  readonly lastAt?: string;
  /** By table, how many of `commits` changed it. */
  readonly tables: Readonly<Record<string, number>>;
  /** The commits, oldest first, at most {@link listed}; the segments hold all of them. */
  readonly transactions: readonly { readonly xid: number; readonly lsn: string; readonly at: string }[];
  /** The log itself, sealed; none when nothing was committed. */
  readonly segments: readonly ExportedSegment[];
  /** Segments after the fork that were not on the volume any more. */
  readonly missing: readonly string[];
  /** How people read it, and with what. */
  readonly howToRead: readonly string[];
  /** Opens a sealed segment with node alone. */
  readonly openingProgram: string;
}

/** One sealed segment. */
export interface ExportedSegment {
  readonly name: string;
  readonly key: string;
  /** Of the object as stored. */
  readonly bytes: number;
  readonly sha256: string;
}

/** How many commits a report lists. */
export const listed = 10_000;

/** Whether the name is that of the keeper's own probe: `database.schema.table`. */
const isProbe = (table: string) => table === "postgres.public.secondsite_probe";

/** Counts commits, apart from the probe's. @param tables names by file */
export function countCommits(
  commits: readonly LoggedCommit[],
  tables: ReadonlyMap<string, string>,
): Pick<DivergenceReport, "commits" | "probes" | "firstAt" | "lastAt" | "tables" | "transactions"> {
  const named = commits.map((commit) => ({
    commit,
    changed: new Set([...commit.files].map((file) => tables.get(file) ?? `file ${file}`)),
  }));
  const others = named.filter(({ changed }) => changed.size === 0 || ![...changed].every(isProbe));
  const counts: Record<string, number> = {};
  for (const table of others.flatMap(({ changed }) => [...changed])) counts[table] = (counts[table] ?? 0) + 1;
  const [first, last] = [others[0], others.at(-1)];
  return {
    commits: others.length,
    probes: commits.length - others.length,
    ...(first && last
      ? { firstAt: first.commit.at.toISOString(), lastAt: last.commit.at.toISOString() }
      : {}),
    tables: counts,
    transactions: others
      .slice(0, listed)
      .map(({ commit: { xid, lsn, at } }) => ({ xid, lsn, at: at.toISOString() })),
  };
}

/** Steps with the field's tools, for somebody who may use the key. */
export function howToRead(
  placement: Placement,
  { segments, forkLsn, endLsn, timeline, commits }: Omit<DivergenceReport, "howToRead" | "openingProgram">,
): string[] {
  const { plan, dataset, spec } = placement;
  const { bucket, region } = bucketAt(placement, placement.site);
  if (segments.length === 0) return ["Nothing was committed that the next epoch does not have."];
  const start = forkLsn ? ` --start=${forkLsn}` : "";
  return [
    `${commits} commits are in these segments and in no epoch after it. Nothing merges them: people decide what is entered again.`,
    `Fetch the wrapped passphrase: aws s3 cp s3://${bucket}/${names.passphraseKey(dataset)} passphrase.json --region ${region}`,
    `Unwrap it: decode its "ciphertext" from base64 into passphrase.bin, then aws kms decrypt --region ${region} --ciphertext-blob fileb://passphrase.bin --encryption-context plan=${plan.name},dataset=${dataset} --query Plaintext --output text; decoded from base64 once more that is PASSPHRASE (key ${names.keyAlias(plan, spec.category)}).`,
    'Open each segment into an empty folder under its own name: node --input-type=module --eval "$(jq -r .openingProgram report.json)" FETCHED KEY FOLDER/NAME',
    `List what is in them: pg_waldump --path=FOLDER --timeline=${timeline}${start} --end=${endLsn}`,
    `See the rows: restore the last point of this epoch from before the fork into an empty folder, add the segments to its pg_wal, and let PostgreSQL replay them on a server that archives nowhere.`,
  ];
}

/** The object's text. */
export const formatReport = (report: Omit<DivergenceReport, "openingProgram">): string =>
  `${JSON.stringify({ ...report, openingProgram }, undefined, 2)}\n`;
