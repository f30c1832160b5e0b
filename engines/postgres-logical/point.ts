import { z } from "zod";
import { schemaWords } from "../../vault/index.js";

import { EngineError } from "../errors.js";
import { pointFields } from "../point-fields.js";

/** Names of a point's parts. */
export const partNames = {
  /** The dump in the custom format, compressed as a whole. */
  dump: "dump.pgc.zst",
  /** Roles and tablespaces as SQL: for restoring by hand. */
  globals: "globals.sql",
  /** The same, and the database's own properties, for restoring without touching what exists. */
  server: "server.json",
  /** What the database held at the snapshot, as hashes. */
  content: "content.json",
} as const;

/** Folder of a dump in the directory format; a part for each of its files, compressed by itself. */
export const dumpFolder = "dump";

/** Name of the part that holds one file of it. */
export const directoryPart = (file: string): string => `${dumpFolder}/${file}.zst`;

/** What a manifest says of a logical recovery point. Times are ISO 8601 in UTC. */
const schema = z.object({
  version: z.literal(1),
  engine: z.literal("postgres-logical"),
  ...pointFields,
  source: z.object({
    database: z.string(),
    /** As the server says it, such as `15.18`. */
    version: z.string(),
    major: z.int(),
    systemIdentifier: z.string(),
    /** Role that read it. */
    role: z.string(),
    /** Bootstrap superuser: owns what belongs to nobody else. */
    superuser: z.string(),
    encoding: z.string(),
    collate: z.string(),
    ctype: z.string(),
    /** Size on the source's disk. */
    bytes: z.int(),
    /** When the snapshot was taken, by the server's clock. */
    at: z.iso.datetime(),
    /** End of the log right after the snapshot was taken: every commit in the dump lies before it. */
    lsn: z.string(),
    /** Which transactions the dump holds, as `pg_current_snapshot` writes it. */
    snapshot: z.string(),
  }),
  tool: z.object({ name: z.literal("pg_dump"), version: z.string() }),
  format: z.enum(["custom", "directory"]),
  tables: z.int(),
  rows: z.int(),
  largeObjects: z.int(),
  /** What the point does not hold, for people; empty when it holds everything. */
  omitted: z.array(z.string()),
});

export type LogicalPoint = z.infer<typeof schema>;

/** Reads what a manifest says. @throws EngineError (3) when it is no point of this engine */
export function parsePoint(value: unknown, label: string): LogicalPoint {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new EngineError(`${label} is no logical point: ${schemaWords(parsed.error)}`, 3);
  return parsed.data;
}

/** The parts that the dump itself consists of. */
export const dumpParts = (point: LogicalPoint): LogicalPoint["parts"] =>
  point.parts.filter(({ name }) => name === partNames.dump || name.startsWith(`${dumpFolder}/`));
