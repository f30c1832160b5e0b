import { EngineError } from "../errors.js";

/** What is inside: SQL for psql, or an archive for pg_restore. */
export type DumpFormat = "plain" | "custom" | "tar";

/** How many bytes a format is told by: a tar's mark is behind its first file's name. */
export const headBytes = 512;

/**
 * Tells a dump's format by its first bytes, decompressed.
 *
 * @throws EngineError (3) when it is none that PostgreSQL writes
 */
export function dumpFormatOf(head: Uint8Array, label: string): DumpFormat {
  const text = Buffer.from(head).toString("latin1");
  if (text.startsWith("PGDMP")) return "custom";
  if (text.slice(257, 262) === "ustar" && text.startsWith("toc.dat")) return "tar";
  const readable = head.length > 0 && !head.slice(0, headBytes).some((byte) => byte === 0);
  if (
    readable &&
    /^\s*(?:--|\\restrict|SET\s|CREATE\s|BEGIN|START\s|COPY\s|INSERT\s|DROP\s|ALTER\s|SELECT\s)/i.test(text)
  )
    return "plain";
  throw new EngineError(
    `${label} is no dump that PostgreSQL writes: it begins with ${JSON.stringify(text.slice(0, 24))}`,
    3,
  );
}
