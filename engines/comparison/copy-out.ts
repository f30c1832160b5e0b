import pg from "pg";

import type { Table } from "./tables.js";

/** As much of a connection as sending takes. */
interface Sending {
  query(text: string): void;
}

/** Hands on what COPY writes, as it comes: the driver itself only knows queries that answer with rows. */
class CopyOut {
  readonly ended: Promise<void>;
  readonly #text: string;
  readonly #take: (bytes: Buffer) => void;
  #failure: Error | undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(text: string, take: (bytes: Buffer) => void) {
    this.#text = text;
    this.#take = take;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Sending): void {
    connection.query(this.#text);
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    try {
      this.#take(chunk);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  handleCommandComplete(): void {
    // One for each of the three statements; what counts is that the server is ready again.
  }

  handleReadyForQuery(): void {
    if (this.#failure) this.#reject(this.#failure);
    else this.#resolve();
  }

  handleError(error: Error): void {
    this.#reject(error);
  }
}

const { escapeIdentifier: quoted, escapeLiteral: literal } = pg;

/**
 * Has the server write a table's rows as COPY does, a line each, and hands them on as they come.
 *
 * @param columns which, in which order
 * @param take called with pieces of the text; it ends where a row ends, but is cut anywhere
 * @throws when the server refuses it, or `take` throws
 */
export async function copyOut(
  client: pg.Client,
  { name, kind }: Table,
  columns: readonly string[],
  take: (bytes: Buffer) => void,
): Promise<void> {
  const list = columns.map(quoted).join(", ");
  const from =
    kind === "materialised view"
      ? `(SELECT ${list} FROM ${name})`
      : `${name} ${list === "" ? "" : `(${list})`}`;
  const { rows } = await client.query<{ encoding: string }>(
    "SELECT pg_catalog.getdatabaseencoding() AS encoding",
  );
  // No conversion and no check of what is stored. All three go at once: names are read before the encoding changes.
  const copy = new CopyOut(
    [
      `SET LOCAL client_encoding = ${literal(rows[0]?.encoding ?? "UTF8")}`,
      `COPY ${from} TO STDOUT`,
      "SET LOCAL client_encoding = 'UTF8'",
    ].join("; "),
    take,
  );
  client.query(copy as unknown as pg.Submittable);
  await copy.ended;
}
