import { appendFile, readFile } from "node:fs/promises";

import type { ProcessId } from "./processes.js";

/** One line of the record: something that was started or made and has to be taken down again. */
export type Entry =
  /** Written before a program is started: a starter killed in between leaves this trace. */
  | { readonly kind: "starting"; readonly namespace: string; readonly program: string }
  | ({ readonly kind: "process"; readonly namespace: string; readonly program: string } & ProcessId)
  | { readonly kind: "namespace"; readonly name: string }
  | { readonly kind: "link"; readonly name: string }
  | { readonly kind: "mount"; readonly path: string }
  | { readonly kind: "directory"; readonly path: string };

/** Appends entries; each is one short write, so that a crash leaves whole lines. */
export async function record(file: string, ...entries: readonly Entry[]): Promise<void> {
  await appendFile(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), { mode: 0o600 });
}

/** Reads the record; a world without one has recorded nothing. A line cut by a crash or damaged is left out. */
export async function readRecord(file: string): Promise<readonly Entry[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .flatMap((line) => entryOf(line) ?? []);
}

function entryOf(line: string): Entry | undefined {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === "object" && read !== null && "kind" in read ? (read as Entry) : undefined;
  } catch {
    // What else was recorded still has to be taken down.
    return undefined;
  }
}

/** The newest process recorded for each program, by `namespace/program`. */
export function programsOf(entries: readonly Entry[]): ReadonlyMap<string, Entry & { kind: "process" }> {
  return new Map(
    entries
      .filter((entry) => entry.kind === "process")
      .map((entry) => [`${entry.namespace}/${entry.program}`, entry]),
  );
}
