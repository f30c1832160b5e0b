import { randomBytes } from "node:crypto";

/**
 * Streams a plain dump's lines to psql so that it can't leave the database that it is restored into.
 *
 * psql's commands (`\connect`, `\!`, `\i`) are forbidden by psql's own restricted mode, under a key that the dump
 * does not know; the dump's own marks of that mode are dropped. @param found called with each role that is named
 */
export async function* restrictedLines(
  content: AsyncIterable<Uint8Array>,
  found: (role: string) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const key = randomBytes(16).toString("hex");
  yield Buffer.from(`\\restrict ${key}\n`);
  let inCopy = false;
  let batch: Buffer[] = [];
  let size = 0;
  for await (const { data, begins } of lines(content)) {
    // Latin 1 keeps every byte; the marks looked for are ASCII, and short.
    const text = begins && data.length < 2_000 ? data.toString("latin1").trimEnd() : "";
    if (inCopy) inCopy = text !== "\\.";
    else if (/^\\(?:un)?restrict\s/.test(text)) continue;
    else if (/^COPY .* FROM stdin;$/.test(text)) inCopy = true;
    else if (text !== "") for (const role of rolesIn(data.toString("utf8"))) found(role);
    batch.push(data);
    size += data.length;
    if (size < 1 << 16) continue;
    yield Buffer.concat(batch);
    [batch, size] = [[], 0];
  }
  yield Buffer.concat([...batch, Buffer.from(`\n\\unrestrict ${key}\n`)]);
}

const identifier = String.raw`("(?:[^"]|"")+"|[A-Za-z_][\w$]*)`;
const rolePatterns = [
  new RegExp(String.raw`^ALTER .* OWNER TO ${identifier};\s*$`),
  new RegExp(String.raw`^GRANT .* TO ${identifier}(?: WITH GRANT OPTION)?;\s*$`),
  new RegExp(String.raw`^REVOKE .* FROM ${identifier};\s*$`),
  new RegExp(`^ALTER DEFAULT PRIVILEGES FOR ROLE ${identifier} `),
];

/** Roles that a statement of pg_dump names, which it writes on one line. */
function rolesIn(line: string): string[] {
  return rolePatterns.flatMap((pattern) => {
    const [, name] = pattern.exec(line) ?? [];
    if (name === undefined || name === "PUBLIC" || name === "CURRENT_USER") return [];
    return [name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name];
  });
}

interface Piece {
  readonly data: Buffer;
  /** It is where a line begins. */
  readonly begins: boolean;
}

/** Lines with their ends; one that is longer than a MiB comes in pieces. */
async function* lines(content: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let rest: Buffer = Buffer.alloc(0);
  let begins = true;
  for await (const chunk of content) {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
    let from = 0;
    for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, from)) {
      yield { data: data.subarray(from, at + 1), begins };
      begins = true;
      from = at + 1;
    }
    rest = data.subarray(from);
    if (rest.length > 1 << 20) {
      yield { data: rest, begins };
      begins = false;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield { data: rest, begins };
}
