import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Objects of which a dataset's physical points consist, in groups of which each is found in its own way. */
export async function objectsOf(copy: string, dataset: string): Promise<Readonly<Record<string, string[]>>> {
  const all = (await readdir(copy, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(copy.length + 1));
  const matching = (pattern: RegExp) => all.filter((name) => pattern.test(name)).sort();
  const root = `^pgbackrest/${dataset}/e\\d{6}`;
  return {
    files: matching(new RegExp(`${root}/backup/${dataset}/\\d[^/]+/(?:bundle|pg_data)/`)),
    manifests: matching(new RegExp(`${root}/backup/${dataset}/\\d[^/]+/backup\\.manifest`)),
    catalogues: matching(new RegExp(`${root}/.*/(?:backup|archive)\\.info`)),
    log: matching(new RegExp(`${root}/archive/.*/[0-9A-F]{24}-[0-9a-f]{40}`)),
    records: matching(
      new RegExp(
        `${root}/(?:backup/${dataset}/backup\\.history/|archive/.*/[0-9A-F]{24}\\.[0-9A-F]{8}\\.backup$)`,
      ),
    ),
    entries: matching(new RegExp(`^manifests/${dataset}/`)),
    keys: matching(new RegExp(`^keys/${dataset}/`)),
  };
}
