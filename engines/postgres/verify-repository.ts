import { unwrapPassphrase } from "../../vault/index.js";
import { files } from "./folders.js";
import { type PgBackRest, pgbackrest } from "./pgbackrest.js";
import { restoreConfig } from "./pgbackrest-config.js";
import { type Placement, ringAt, storeAt } from "./placement.js";
import { writePrivate } from "./private-file.js";

/** What the tool found in one epoch's repository. */
export interface RepositoryVerdict {
  readonly epoch: number;
  readonly good: boolean;
  /** The tool's own words: totals, and each file that is missing or whose checksum differs. */
  readonly report: readonly string[];
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
  return readRepository(pgbackrest(files.restore, dataset), epoch);
}

/** What the tool itself says after reading a repository from end to end. */
export async function readRepository(tool: PgBackRest, epoch: number): Promise<RepositoryVerdict> {
  return verdictOf(epoch, await tool.run("verify", ["--output=text", "--verbose"]));
}

/** Reads the tool's report: `status: ok`, or `status: error` with what is wrong below. */
export function verdictOf(epoch: number, text: string): RepositoryVerdict {
  const report = text.split("\n").filter((line) => line.trim() !== "");
  return { epoch, good: report.some((line) => /^\s*status: ok\s*$/.test(line)), report };
}
