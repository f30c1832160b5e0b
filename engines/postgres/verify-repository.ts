import { unwrapPassphrase } from "../../vault/index.js";
import { files } from "./folders.js";
import { pgbackrest } from "./pgbackrest.js";
import { restoreConfig } from "./pgbackrest-config.js";
import { type Placement, ringAt, storeAt } from "./placement.js";
import { writePrivate } from "./private-file.js";
import { type RepositoryRef, repositoryFaults } from "./repository-files.js";

/** What the tool found in one epoch's repository. */
export interface RepositoryVerdict {
  readonly epoch: number;
  readonly good: boolean;
  /** Whether what restores read is good; only records of what was may be damaged then. */
  readonly restorable: boolean;
  /** The tool's own words: totals, and each file that is missing or whose checksum differs. */
  readonly report: readonly string[];
  /** What of that is wrong, with the name of the backup or segment that it belongs to where it belongs to one. */
  readonly findings: readonly string[];
}

/**
 * Reads every file of every backup and every log segment in the site's own copy, decrypts it and compares it with the
 * checksum that was taken when it was stored. Writes nothing.
 */
export async function verifyRepository(
  placement: Placement,
  epoch: number,
  say: (line: string) => void,
): Promise<RepositoryVerdict> {
  const { dataset, site } = placement;
  const own = storeAt(placement, site);
  const passphrase = await unwrapPassphrase(ringAt(placement, site));
  await writePrivate(files.restore, restoreConfig(placement, epoch, passphrase));
  say(`verifying epoch ${epoch} in ${own.label}`);
  return readRepository({ dataset, epoch, store: own, tool: pgbackrest(files.restore, dataset) });
}

/**
 * Reads a repository from end to end: the tool checks the content of every file that a backup has and of every segment, and
 * we what it passes over.
 */
export async function readRepository(repository: RepositoryRef): Promise<RepositoryVerdict> {
  const { tool, epoch } = repository;
  const said = verdictOf(
    epoch,
    await tool.run("verify", ["--output=text", "--verbose", "--log-level-console=info"]),
  );
  const { faults, records } = await repositoryFaults(repository);
  const restorable = said.good && faults.length === 0;
  return {
    ...{ epoch, restorable },
    good: restorable && records.length === 0,
    report: [...said.report, ...faults, ...records],
    findings: [...said.findings, ...faults],
  };
}

/** Reads what the tool said: its report, `status: ok` or `status: error` with totals, and before it what it found. */
export function verdictOf(epoch: number, text: string): RepositoryVerdict {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const logged = (line: string) => /^\d{4}-\d\d-\d\d .* P\d+ +INFO: /.test(line);
  const found = lines
    .filter((line) => logged(line) && !/INFO: (?:verify command|stanza:)/.test(line))
    .map((line) => line.replace(/^.* INFO: /, ""));
  const begins = lines.findIndex((line) => line.startsWith("stanza:"));
  const own = lines.slice(Math.max(begins, 0)).filter((line) => !logged(line));
  const good = own.some((line) => /^\s*status: ok\s*$/.test(line));
  return {
    ...{ epoch, good, restorable: good },
    report: [...own, ...found],
    findings: good ? [] : [...own.flatMap(badBackup), ...found],
  };
}

/** A backup that the tool's totals call something else than whole. */
function badBackup(line: string): string[] {
  const [, label, status = ""] = /^\s*backup: (\S+), status: ([^,]+),/.exec(line) ?? [];
  return label === undefined || status === "valid" || status === "in-progress"
    ? []
    : [`backup ${label} is ${status}`];
}
