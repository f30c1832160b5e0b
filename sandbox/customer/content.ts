import { createHash } from "node:crypto";

import { execa } from "execa";

import { WorldError } from "../errors.js";
import { type Content, copyStatement, type TableContent, type TableName, tableNames } from "./canonical.js";

/** What a database holds at one moment. */
export interface DatabaseContent {
  readonly tables: Content;
  /** The numbers it has, which say how far it got. */
  readonly operations: readonly { readonly lane: number; readonly number: number }[];
}

/** Ends a table's text in psql's output; no row reads so, because COPY doubles backslashes. */
const end = "\\.";

/**
 * Reads the content of all tables in one snapshot, streamed through a hash.
 *
 * @param psql argument array that runs psql against the database, for example
 *   `["kubectl", "exec", "-i", "postgres-0", "--", "psql", "chat"]`; its standard input must reach psql.
 * @param env added to the environment.
 * @throws WorldError when psql fails, with what it said.
 */
export async function databaseContent(
  psql: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<DatabaseContent> {
  const [program, ...args] = psql;
  const script = [
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",
    ...tableNames.flatMap((table) => [`${copyStatement(table)};`, "\\echo '\\\\.'"]),
    "COMMIT;",
  ].join("\n");
  const child = execa(program, [...args, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"], {
    env,
    input: script,
    buffer: { stdout: false },
    encoding: "buffer",
    reject: false,
  });
  const reader = new ContentReader();
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) reader.read(chunk);
  const { failed, stderr } = await child;
  const content = reader.finish();
  if (failed || !content) {
    const said = Buffer.from(stderr).toString("utf8").trim().split("\n").slice(-4).join("\n");
    throw new WorldError(`content of the database: ${program} did not deliver all tables:\n${said}`);
  }
  return content;
}

/** Splits psql's output into tables and hashes each. */
class ContentReader {
  readonly #done: TableContent[] = [];
  readonly #operations: { lane: number; number: number }[] = [];
  #hash = createHash("sha256");
  #rows = 0;
  #rest: Buffer = Buffer.alloc(0);

  read(chunk: Buffer): void {
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let from = 0;
    let hashed = 0;
    for (let to = data.indexOf(10); to >= 0; to = data.indexOf(10, from)) {
      const isEnd = to - from === end.length && data.toString("latin1", from, to) === end;
      if (isEnd) {
        this.#hash.update(data.subarray(hashed, from));
        this.#finishTable();
        hashed = to + 1;
      } else {
        this.#rows += 1;
        if (this.#table() === "operations")
          this.#operations.push(operationOf(data.toString("latin1", from, to)));
      }
      from = to + 1;
    }
    this.#hash.update(data.subarray(hashed, from));
    this.#rest = data.subarray(from);
  }

  /** Undefined when tables are missing. */
  finish(): DatabaseContent | undefined {
    if (this.#done.length !== tableNames.length || this.#rest.length > 0) return undefined;
    const tables = Object.fromEntries(tableNames.map((table, at) => [table, this.#done[at]])) as Content;
    return { tables, operations: this.#operations };
  }

  #table(): TableName | undefined {
    return tableNames[this.#done.length];
  }

  #finishTable(): void {
    this.#done.push({ rows: this.#rows, checksum: this.#hash.digest("hex") });
    this.#hash = createHash("sha256");
    this.#rows = 0;
  }
}

function operationOf(line: string): { lane: number; number: number } {
  const [lane, number] = line.split("\t");
  return { lane: Number(lane), number: Number(number) };
}
