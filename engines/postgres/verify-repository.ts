import { names } from "../../plan/index.js";
import { unwrapPassphrase } from "../../vault/index.js";
import { files } from "./folders.js";
import { pgbackrest } from "./pgbackrest.js";
import { restoreConfig } from "./pgbackrest-config.js";
import { type Placement, storeAt } from "./placement.js";
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
  const { dataset, site, key } = placement;
  const own = storeAt(placement, site);
  const passphrase = await unwrapPassphrase(own, names.passphraseKey(dataset), key);
  await writePrivate(files.restore, restoreConfig(placement, epoch, passphrase));
  say(`verifying epoch ${epoch} in ${own.label}`);
  const text = await pgbackrest(files.restore, dataset).run("verify", ["--output=text", "--verbose"]);
  return verdictOf(epoch, text);
}

/** Reads the tool's report: `status: ok`, or `status: error` with what is wrong below. */
export function verdictOf(epoch: number, text: string): RepositoryVerdict {
  const report = text.split("\n").filter((line) => line.trim() !== "");
  return { epoch, good: report.some((line) => /^\s*status: ok\s*$/.test(line)), report };
}
