/** An archive of a version, or a form, that is not known here; what it holds may be as good as any. */
export class UnknownArchive extends Error {}

/** Where the table of contents of pg_dump's custom and directory formats ends, and what it says of tables' rows. */
export interface ArchiveContents {
  /** Bytes from the beginning of the archive. */
  readonly bytes: number;
  /** Bytes of a number in what follows, its sign included. */
  readonly integer: number;
  /** The server's numbers of tables, by the dump's own number of their rows. */
  readonly tables: ReadonlyMap<number, string>;
}

/**
 * Versions of the archive that are known, as 256 times the major plus the minor: 1.14 came with PostgreSQL 12, 1.15
 * with 16, 1.16 with 17.
 */
const known = { least: 256 + 14, withoutLevel: 256 + 15, withKind: 256 + 16, most: 256 + 16 };

/** Formats whose entries end with something of their own; the contents of the directory format call themselves tar's. */
const formats = { custom: 1, directory: 3 };

/**
 * Reads the table of contents. PostgreSQL describes it in its source only (`pg_backup_archiver.c`: ReadHead, ReadToc).
 *
 * @returns undefined when its end has not come yet
 * @throws UnknownArchive
 */
export function archiveContents(archive: Buffer): ArchiveContents | undefined {
  const reader = new Reader(archive);
  try {
    return read(reader);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function read(reader: Reader): ArchiveContents {
  if (reader.bytes(5).toString("latin1") !== "PGDMP") throw new UnknownArchive("it is no archive of pg_dump");
  const [major, minor] = [reader.byte(), reader.byte()];
  const version = 256 * major + minor;
  if (version < known.least || version > known.most)
    throw new UnknownArchive(`archives of version ${major}.${minor} are not known`);
  reader.byte();
  reader.integerBytes = reader.byte();
  const offsetBytes = reader.byte();
  const format = reader.byte();
  if (version < known.withoutLevel) reader.integer();
  else reader.byte();
  // When it was made: seven numbers; then the database and two versions.
  for (let nr = 0; nr < 7; nr += 1) reader.integer();
  for (let nr = 0; nr < 3; nr += 1) reader.text();
  const tables = new Map<number, string>();
  for (let left = reader.integer(); left > 0; left -= 1) {
    const id = reader.integer();
    reader.integer();
    reader.text();
    const [oid = ""] = [reader.text()];
    reader.text();
    if (reader.text() === "TABLE DATA") tables.set(id, oid);
    reader.integer();
    // Definition, how to drop it, COPY statement, schema, tablespace, access method.
    for (let nr = 0; nr < 6; nr += 1) reader.text();
    if (version >= known.withKind) reader.integer();
    // Owner, and whether there are OIDs; then what it depends on.
    for (let nr = 0; nr < 2; nr += 1) reader.text();
    while (reader.text() !== undefined);
    if (format === formats.custom) reader.bytes(1 + offsetBytes);
    else if (format === formats.directory) reader.text();
    else throw new UnknownArchive(`archives of format ${format} are not known`);
  }
  return { bytes: reader.at, integer: 1 + reader.integerBytes, tables };
}

/** A number as archives write it: a sign, then bytes with the least first. */
export function archiveInteger(bytes: Buffer, at: number, length: number): number {
  const value = bytes.readUIntLE(at + 1, length - 1);
  return bytes[at] === 0 ? value : -value;
}

/** Reads from a buffer. @throws RangeError at its end */
class Reader {
  at = 0;
  integerBytes = 4;
  readonly #archive: Buffer;

  constructor(archive: Buffer) {
    this.#archive = archive;
  }

  bytes(length: number): Buffer {
    if (this.at + length > this.#archive.length) throw new RangeError("the archive ends");
    this.at += length;
    return this.#archive.subarray(this.at - length, this.at);
  }

  byte(): number {
    return this.bytes(1)[0] ?? 0;
  }

  integer(): number {
    return archiveInteger(this.bytes(1 + this.integerBytes), 0, 1 + this.integerBytes);
  }

  text(): string | undefined {
    const length = this.integer();
    return length < 0 ? undefined : this.bytes(length).toString("utf8");
  }
}
