import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import type { PgBackRest } from "./pgbackrest.js";

/** Reads objects of a repository. */
type Reader = Pick<PgBackRest, "get">;

/** Where the tool records the manifest of a backup; it stays there when the backup goes. */
export const manifestRecord = (dataset: string, label: string): string =>
  `backup/${dataset}/backup.history/${label.slice(0, 4)}/${label}.manifest.gz`;

export const isManifestRecord = (name: string): boolean =>
  /^backup\/[^/]+\/backup\.history\/\d{4}\/\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?\.manifest\.gz$/.test(name);

/** Whether an object is the file that PostgreSQL leaves in the log where a backup began. */
export const isBackupRecord = (name: string): boolean => /\/[0-9A-F]{24}\.[0-9A-F]{8}\.backup$/.test(name);

/** What was unpacked, and by what. Node's types do not know of `info`. */
type Unpacked = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };

const unpack = promisify(gunzip) as unknown as (body: Uint8Array, _: { info: true }) => Promise<Unpacked>;

/**
 * What is wrong with the record of a manifest.
 *
 * @param manifest what it has to say, whether it ends with a line's end or not. @default the backup is gone, and with it
 *   whatever it could be held against: that it unpacks, its checksum included, and is a manifest
 */
export async function manifestRecordFaults(tool: Reader, name: string, manifest?: string): Promise<string[]> {
  try {
    const body = await tool.get(name);
    const { buffer, engine } = await unpack(body, { info: true });
    // Decrypted, a changed last block is something behind the end.
    if (engine.bytesWritten !== body.length) return [`${name}: something follows its end`];
    const text = buffer.toString("utf8");
    const own = `\nbackup-label="${name.split("/").at(-1)?.split(".")[0]}"\n`;
    if (text.includes(own) && (manifest === undefined || text.trimEnd() === manifest.trimEnd())) return [];
    return [`${name}: it is not the manifest of the backup that it names`];
  } catch (error) {
    return [`${name}: it cannot be read: ${(error as Error).message}`];
  }
}

/** Lines that PostgreSQL writes, each once and in this order; what a label says is free, but for control characters. */
const backupRecord = new RegExp(
  [
    "^START WAL LOCATION: [0-9A-F]+/[0-9A-F]+ \\(file ([0-9A-F]{24})\\)",
    "STOP WAL LOCATION: [0-9A-F]+/[0-9A-F]+ \\(file [0-9A-F]{24}\\)",
    "CHECKPOINT LOCATION: [0-9A-F]+/[0-9A-F]+",
    "BACKUP METHOD: [a-z_]+",
    "BACKUP FROM: [a-z]+",
    "START TIME: [\\x20-\\x7e]+",
    "LABEL: \\P{Cc}*",
    "START TIMELINE: \\d+",
    "STOP TIME: [\\x20-\\x7e]+",
    "STOP TIMELINE: \\d+",
    // What PostgreSQL 17 says of an incremental backup.
    "(?:INCREMENTAL FROM LSN: [0-9A-F]+/[0-9A-F]+\\nINCREMENTAL FROM TLI: \\d+\\n)?$",
  ].join("\\n"),
  "u",
);

/** What is wrong with what PostgreSQL left in the log of a backup: any change of its ciphertext makes it some other text. */
export async function backupRecordFaults(tool: Reader, name: string): Promise<string[]> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await tool.get(name));
    const segment = name.split("/").at(-1)?.slice(0, 24);
    return backupRecord.exec(text)?.[1] === segment
      ? []
      : [`${name}: it is not the record of the backup that began there`];
  } catch (error) {
    return [`${name}: it cannot be read: ${(error as Error).message}`];
  }
}
