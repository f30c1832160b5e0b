import { createHash } from "node:crypto";

/** A table's content in one line of a report. */
export interface TableContent {
  readonly rows: number;
  /** SHA-256 over the canonical text of all rows, hexadecimal. */
  readonly checksum: string;
}

/** A value of a column. */
export type Value = string | number | null;

/** Tables whose content is compared; `health_probe` belongs to no customer. */
export const tableNames = ["channels", "loads", "messages", "operations", "reactions"] as const;
export type TableName = (typeof tableNames)[number];

/** What all tables of a database contain. */
export type Content = Readonly<Record<TableName, TableContent>>;

const utc = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * Each table as a query whose COPY text is canonical: every column, a fixed order that no collation decides,
 * times that no session setting decides.
 */
const queries: Readonly<Record<TableName, string>> = {
  channels: "SELECT id, name, topic FROM channels ORDER BY id",
  loads: `SELECT seed, rows FROM loads ORDER BY seed COLLATE "C"`,
  messages: `SELECT id, channel, author, body, edits, ${utc("written_at")} FROM messages ORDER BY id`,
  operations: `SELECT lane, number, ${utc("at")} FROM operations ORDER BY lane, number`,
  reactions: `SELECT message, emoji, author FROM reactions
    ORDER BY message, emoji COLLATE "C", author COLLATE "C" NULLS FIRST`,
};

/** The statement that writes a table's canonical text. */
export function copyStatement(table: TableName): string {
  return `COPY (${queries[table].replace(/\s+/g, " ")}) TO STDOUT (ENCODING 'UTF8')`;
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** One row as PostgreSQL's COPY text format has it, line end included. */
export function canonicalRow(values: readonly Value[]): string {
  return `${values.map(canonicalValue).join("\t")}\n`;
}

function canonicalValue(value: Value): string {
  if (value === null) return "\\N";
  if (typeof value === "number") return String(value);
  // Few values have anything to escape, and the test is much cheaper than a replacement.
  return /[\\\b\f\n\r\t\v]/.test(value)
    ? value.replace(/[\\\b\f\n\r\t\v]/g, (char) => escapes[char] ?? char)
    : value;
}

/** A time as the queries write it: microseconds, UTC. @param at ISO 8601, milliseconds. */
export function canonicalTime(at: string): string {
  return at.replace("Z", "000Z");
}

/** Computes the content of a table from its rows in their canonical order, without holding them. */
export function contentOf(rows: Iterable<string>): TableContent {
  const hash = createHash("sha256");
  let count = 0;
  let pending = "";
  for (const row of rows) {
    count += 1;
    pending += row;
    // Hashing small strings one by one costs more than the hash.
    if (pending.length > 1 << 16) {
      hash.update(pending);
      pending = "";
    }
  }
  return { rows: count, checksum: hash.update(pending).digest("hex") };
}
