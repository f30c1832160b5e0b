import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { testServer } from "../../engines/postgres-logical/testing/world.js";
import { afterFault, type FaultDesk, startFaultDesk } from "./testing/fault.js";
import { newerServer } from "./testing/newer-server.js";

let desk: FaultDesk;
let newest: string;

beforeAll(async () => {
  desk = await startFaultDesk();
  newest = await desk.dump();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

/** Dumps from another server, as whoever set `PGHOST` wrongly, or upgraded it, would. */
async function backupFrom(host: string) {
  vi.stubEnv("PGHOST", host);
  try {
    return await desk.backup();
  } finally {
    vi.stubEnv("PGHOST", desk.server.address.host);
  }
}

/** Everything that lies at the office below a prefix. */
async function atOffice(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of desk.stores.office.list(prefix)) keys.push(key);
  return keys;
}

test("fault 26: client tools that are older than the server end it before anything is written", async () => {
  const before = [await atOffice("points/"), await atOffice("manifests/")];
  await using newer = await newerServer();
  const answer = await backupFrom(newer.database.host);

  expect([await atOffice("points/"), await atOffice("manifests/")]).toEqual(before);
  await afterFault(desk, answer, {
    ...{ operation: "backup", exitCode: 3, outcome: "failed", newest },
    says: /pg_dump \d+\.\d+ is older than the server, which is PostgreSQL 18/,
  });
});

test("control of faults 26 and 27: from the desk's own server it dumps", async () => {
  const answer = await backupFrom(desk.server.address.host);
  newest = JSON.parse(answer.out).label;
  await desk.remember(newest);
  const done = { operation: "backup", exitCode: 0, outcome: "done", says: /"label"/, newest } as const;
  await afterFault(desk, answer, done);
});

test("fault 27: a source without a row is refused, is an alert, and is no newest point", async () => {
  await using hollow = await hollowServer();
  const answer = await backupFrom(hollow.host);

  await afterFault(desk, answer, {
    ...{ operation: "backup", exitCode: 1, outcome: "refused", newest },
    says: /not one row: an empty dump is no backup/,
  });
});

test("fault 27: a dump that lost most of what was usual is said to be suspicious; the control is not", async () => {
  for (let count = 0; count < 2; count += 1) newest = await desk.dump();
  const verify = () => desk.on("verify", "--kind", "logical", "--json", "--site", "office");
  const good = { operation: "verify", exitCode: 0, outcome: "done", says: /"good": true/ } as const;
  await afterFault(desk, await verify(), { ...good, newest, site: "office" });

  await desk.server.sql(desk.database, "TRUNCATE sales.customers CASCADE");
  newest = await desk.dump();
  const answer = await verify();
  await afterFault(desk, answer, {
    ...{ operation: "verify", exitCode: 1, outcome: "done", newest, site: "office" },
    says: /less than half of the usual \d+: did the source lose data\?/,
  });
});

/** Another server with a database of the same name, in which nothing is. */
async function hollowServer() {
  const server = await testServer();
  const database = await server.database("desk");
  await server.sql(database, "CREATE TABLE nothing (id int)");
  return { host: server.address.host, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
