import { setTimeout as sleep } from "node:timers/promises";

import { names } from "../../plan/index.js";
import type { Store } from "../../vault/index.js";
import type { PgBackRest } from "./pgbackrest.js";
import {
  backupRecordFaults,
  isBackupRecord,
  isManifestRecord,
  manifestRecord,
  manifestRecordFaults,
} from "./repository-records.js";

/** One epoch's repository of a copy. */
export interface RepositoryRef {
  readonly dataset: string;
  readonly epoch: number;
  readonly store: Pick<Store, "list">;
  /** Configured for that repository alone. */
  readonly tool: PgBackRest;
}

/** What is wrong with a repository, a line for each, with the object's name first; empty when nothing is. */
export interface RepositoryFaults {
  /** With what restores read. */
  readonly faults: string[];
  /** With what is kept beside that for people: the tool's records of when it backed up what. */
  readonly records: string[];
}

/**
 * What is wrong with a repository that the tool's own verification passes over: files that no backup has, files that are
 * gone or of another size, what its own catalogues and the timelines' histories say, and its records of each backup.
 */
export async function repositoryFaults(repository: RepositoryRef): Promise<RepositoryFaults> {
  const listed = async () => ((await repository.tool.info(1))?.backups ?? []).map(({ label }) => label);
  for (let again = 2; ; again -= 1) {
    const labels = await listed();
    const found = await faultsOf(repository, labels);
    // A backup that ended or went meanwhile is in one listing and not in the other.
    if (again === 0 || (await listed()).join() === labels.join()) return found;
  }
}

/** @param labels of the backups that the tool lists */
async function faultsOf(repository: RepositoryRef, labels: readonly string[]): Promise<RepositoryFaults> {
  const { dataset, epoch, store, tool } = repository;
  const root = `${names.repositoryPath(dataset, epoch).slice(1)}/`;
  const stored = new Map<string, number>();
  for await (const { key, bytes } of store.list(root)) stored.set(key.slice(root.length), bytes);
  const expected = new Map<string, number | undefined>();
  const faults: string[] = [];
  const records: string[] = [];
  for (const label of labels) {
    const { files, manifest } = await filesOf(tool, dataset, label, faults);
    for (const [name, bytes] of files) expected.set(name, bytes);
    const record = manifestRecord(dataset, label);
    if (!stored.has(record)) records.push(`${record}: it is missing`);
    else records.push(...(await manifestRecordFaults(tool, record, manifest)));
  }
  for (const info of [`backup/${dataset}/backup.info`, `archive/${dataset}/archive.info`]) {
    for (const name of twice(info)) expected.set(name, undefined);
    faults.push(...(await readTwice(tool, info)).problems);
  }
  for (const [name, bytes] of expected) {
    const found = stored.get(name);
    if (found === undefined) faults.push(`${name}: it is missing`);
    else if (bytes !== undefined && found !== bytes)
      faults.push(`${name}: it has ${found} bytes instead of ${bytes}`);
  }
  const newest = labels.at(-1) ?? "";
  for (const name of stored.keys()) {
    if (expected.has(name) || isOther(name, dataset, newest)) continue;
    faults.push(`${name}: nothing that is kept here has such a file`);
  }
  const ofListed = new Set(labels.map((label) => manifestRecord(dataset, label)));
  for (const name of stored.keys())
    if (/\/[0-9A-F]{8}\.history$/.test(name)) faults.push(...(await historyFaults(tool, name)));
    else if (isBackupRecord(name)) records.push(...(await backupRecordFaults(tool, name)));
    else if (isManifestRecord(name) && !ofListed.has(name))
      records.push(...(await manifestRecordFaults(tool, name)));
  return { faults, records };
}

/** Objects of one backup by name, with their sizes where its manifest tells them, and that manifest where it can be read. */
async function filesOf(
  tool: PgBackRest,
  dataset: string,
  label: string,
  faults: string[],
): Promise<{ readonly files: Map<string, number | undefined>; readonly manifest?: string }> {
  const folder = `backup/${dataset}/${label}`;
  const manifest = `${folder}/backup.manifest`;
  const files = new Map<string, number | undefined>(
    twice(manifest).map((name) => [name, undefined] satisfies [string, undefined]),
  );
  const { texts, problems } = await readTwice(tool, manifest);
  faults.push(...problems);
  for (const text of texts)
    try {
      for (const [name, bytes] of filesIn(text, label)) files.set(`${folder}/${name}`, bytes);
      return { files, manifest: text };
    } catch (error) {
      // Decrypted and unpacked, a changed block is some other text.
      if (!(error instanceof SyntaxError)) throw error;
    }
  if (problems.length === 0) faults.push(`${manifest}: it is no manifest, and its copy says the same`);
  return { files };
}

/** File endings by how they are compressed. */
const endings: Readonly<Record<string, string>> = {
  none: "",
  gz: ".gz",
  lz4: ".lz4",
  bz2: ".bz2",
  zst: ".zst",
};

/**
 * The files that a manifest says are in its own backup, by their names below it.
 *
 * @throws SyntaxError where it is none
 */
export function filesIn(manifest: string, label: string): Map<string, number> {
  const found = new Map<string, number>();
  const bundled = /^backup-bundle=true$/m.test(manifest);
  const ending = endings[/^option-compress-type="(\w+)"$/m.exec(manifest)?.[1] ?? "none"] ?? "";
  const [, section] = manifest.split("\n[target:file]\n");
  if (section === undefined) throw new SyntaxError("a manifest has a list of files");
  for (const line of section.split("\n")) {
    if (line.startsWith("[")) break;
    const at = line.indexOf("={");
    if (at < 0) continue;
    const file: {
      reference?: string;
      bni?: number;
      bno?: number;
      size?: number;
      "repo-size"?: number;
    } = JSON.parse(line.slice(at + 1));
    if (file.reference !== undefined && file.reference !== label) continue;
    const { bni, bno = 0, size = 0, "repo-size": bytes = size } = file;
    if (bni !== undefined) {
      const name = `bundle/${bni}`;
      found.set(name, Math.max(found.get(name) ?? 0, bno + bytes));
    } else if (size > 0 || !bundled) found.set(`${line.slice(0, at)}${ending}`, bytes);
  }
  return found;
}

/** A catalogue or a manifest, and the copy of it that is written after it. */
const twice = (name: string) => [name, `${name}.copy`];

/** Until a file and its copy are both written, milliseconds. */
const settleTime = 3_000;

/** What is written twice says the same both times, or one of them is not as it was written. */
async function readTwice(tool: PgBackRest, name: string, again = true): Promise<Twice> {
  const read = async (one: string): Promise<Once> => {
    try {
      return { name: one, text: await tool.run("repo-get", [], [one]) };
    } catch (error) {
      return { name: one, problem: (error as Error).message };
    }
  };
  const both = await Promise.all(twice(name).map(read));
  const bad = both.flatMap((one) =>
    one.problem === undefined ? [] : [`${one.name}: it cannot be read: ${one.problem}`],
  );
  const [first, second] = both;
  const differ = bad.length === 0 && first?.text !== second?.text;
  // A backup that ends meanwhile writes one after the other.
  if (again && (bad.length > 0 || differ)) {
    await sleep(settleTime);
    return readTwice(tool, name, false);
  }
  const problems = differ ? [`${name}: it says something else than its copy: one of them was changed`] : bad;
  return { problems, texts: both.flatMap(({ text }) => (text === undefined ? [] : [text])) };
}

/** What was read of a file, or why it was not. */
interface Once {
  readonly name: string;
  readonly text?: string;
  readonly problem?: string;
}

/** What a file and its copy say. */
interface Twice {
  /** What of the two can be read, the file itself first. */
  readonly texts: readonly string[];
  /** A line for each, with the object's name first. */
  readonly problems: readonly string[];
}

/** A timeline's history, which replaying beyond its beginning needs, is lines of numbers and positions. */
async function historyFaults(tool: PgBackRest, name: string): Promise<string[]> {
  const text = await tool.run("repo-get", [], [name]).catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.length > 0 && lines.every((line) => /^\d+\t[0-9A-F]+\/[0-9A-F]+\t[\x20-\x7e]*$/.test(line))
    ? []
    : [`${name}: it is no timeline's history`];
}

/**
 * What belongs to no backup and may be there: log, old manifests, and a backup that has not ended.
 *
 * @param newest label of the newest backup that has
 */
export function isOther(name: string, dataset: string, newest: string, now = new Date()): boolean {
  const log = `archive/${dataset}/`;
  if (name.startsWith(log))
    return /^[^/]+\/(?:[0-9A-F]{16}\/[0-9A-F]{24}(?:-[0-9a-f]{40}(?:\.\w+)?|(?:\.[0-9A-F]{8})?\.(?:backup|partial)(?:-[0-9a-f]{40})?(?:\.\w+)?)|[0-9A-F]{8}\.history)$/.test(
      name.slice(log.length),
    );
  const backups = `backup/${dataset}/`;
  if (isManifestRecord(name) || name === `${backups}latest`) return true;
  const [label = ""] = name.slice(backups.length).split("/");
  // Labels are the local time of whoever began; nobody is further than that ahead.
  const ahead = new Date(now.getTime() + 86_400_000).toISOString().replaceAll(/[-:]/g, "").replace("T", "-");
  const begun = /^(?:\d{8}-\d{6}F_)?(\d{8}-\d{6})[FDI]$/.exec(label)?.[1];
  return name.startsWith(backups) && begun !== undefined && label > newest && begun <= ahead.slice(0, 15);
}
