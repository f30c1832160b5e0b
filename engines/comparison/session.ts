import pg from "pg";

/** A PostgreSQL database, and as whom it is read. */
export interface DatabaseAddress {
  /** Host name, or the folder of a Unix socket. */
  readonly host: string;
  /** @default 5432 */
  readonly port?: number;
  readonly user: string;
  readonly database: string;
  /** @default none: the server trusts the connection, or knows it by its certificate */
  readonly password?: string;
  /** How TLS is used, in libpq's words, and the authority to trust. @default no TLS on a socket, `prefer` elsewhere */
  readonly tls?: { readonly mode: "require" | "verify-ca" | "verify-full"; readonly authority?: string };
}

/** What decides how a value is written as text, and what pg_dump leaves as the server has it. */
export const textSettings = {
  TimeZone: "UTC",
  bytea_output: "hex",
  lc_monetary: "C",
  quote_all_identifiers: "off",
} as const;

/**
 * Everything that decides how a value is written as text: two servers with other defaults must write the same.
 *
 * Row security is off: a policy that would hide rows is an error, not fewer rows.
 */
const settings = [
  "SET LOCAL search_path = ''",
  ...Object.entries(textSettings).map(([name, value]) => `SET LOCAL ${name} = '${value}'`),
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL extra_float_digits = 3",
  "SET LOCAL row_security = off",
  "SET LOCAL statement_timeout = 0",
  "SET LOCAL idle_in_transaction_session_timeout = 0",
  "SET LOCAL lock_timeout = '60s'",
  "SET LOCAL jit = off",
];

/** A client for a database; not connected yet. */
export function clientOf(address: DatabaseAddress): pg.Client {
  const { host, port = 5432, user, database, password, tls } = address;
  const client = new pg.Client({
    ...{ host, port, user, database },
    ...(password === undefined ? {} : { password }),
    ...encrypted(host, tls),
    application_name: "secondsite",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  withoutSurroundings(client);
  // The statement that runs fails by itself; an idle connection's end is noticed by the next one.
  client.on("error", () => undefined);
  return client;
}

/**
 * Takes back what the client read from the environment about sessions, PGOPTIONS above all: settings that somebody meant
 * for a shell of theirs would make a good dump look as if it did not restore.
 */
function withoutSurroundings(client: pg.Client): void {
  const read = client as unknown as { readonly connectionParameters: object };
  Object.assign(read.connectionParameters, { options: undefined, replication: undefined });
}

function encrypted(host: string, tls: DatabaseAddress["tls"]): Pick<pg.ClientConfig, "ssl"> {
  // A socket has no TLS, whatever PGSSLMODE says of the server that a command is about.
  if (host.startsWith("/")) return { ssl: false };
  if (!tls) return {};
  return {
    ssl: {
      rejectUnauthorized: tls.mode !== "require",
      ...(tls.authority === undefined ? {} : { ca: tls.authority }),
      ...(tls.mode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
    },
  };
}

/** Connects, and disconnects whatever happens. */
export async function withClient<Result>(
  address: DatabaseAddress,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = clientOf(address);
  await client.connect();
  try {
    return await use(client);
  } finally {
    // A connection that broke meanwhile has nothing left to close.
    await client.end().catch(() => undefined);
  }
}

/** What ends or forbids work that takes hours; a server may have it for everybody, a role or a database for itself. */
const limits = [
  ...["statement_timeout", "lock_timeout", "transaction_timeout"],
  ...["idle_in_transaction_session_timeout", "idle_session_timeout"],
];

/**
 * The same for whoever makes and fills databases: no limit that is set for applications ends it, nor that a server is
 * read-only by default. Not through a pool that shares its sessions.
 */
export function withWorker<Result>(
  address: DatabaseAddress,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return withClient(address, async (client) => {
    await client.query(
      `SELECT pg_catalog.set_config(name, CASE vartype WHEN 'bool' THEN 'off' ELSE '0' END, false)
         FROM pg_catalog.pg_settings WHERE name = ANY ($1)`,
      [[...limits, "default_transaction_read_only"]],
    );
    return use(client);
  });
}

/**
 * Reads in one snapshot, writing nothing, with canonical text.
 *
 * @param snapshot one that another session exported and keeps open. @default a new one
 */
export async function inSnapshot<Result>(
  address: DatabaseAddress,
  use: (client: pg.Client) => Promise<Result>,
  snapshot?: string,
): Promise<Result> {
  return withClient(address, async (client) => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (snapshot !== undefined) await client.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(snapshot)}`);
    for (const setting of settings) await client.query(setting);
    const result = await use(client);
    await client.query("COMMIT");
    return result;
  });
}
