import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import plan from "../../plans/kubernetes-chat.js";
import { openAudit } from "../operation/places.js";
import { recorded } from "../operation/recorded.js";
import { openTerminal, type Terminal } from "../testing/terminal.js";

let terminal: Terminal;
let folder: string;
let answer: string;
let complaint: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-audit-"));
  for (const site of ["virginia", "oregon"]) await mkdir(join(folder, site));
  for (let at = 1; at <= 3; at++) await operation(`point-${at}`);
  terminal = openTerminal();
});
afterEach(async () => {
  terminal.close();
  await rm(folder, { recursive: true });
});

const store = () => ["virginia", "oregon"].map((site) => `${site}=${join(folder, site)}`);
const operation = (point: string) =>
  recorded(
    { plan, name: "backup", dataset: "messages", store: store() },
    async () => point,
    () => ({ point }),
    {
      open: openAudit,
      who: async () => ({ user: "ada", host: "console" }),
      warn: (line) => expect.fail(line),
      env: { SECONDSITE_SPOOL: join(folder, "spool") },
    },
  );

async function audit(...more: string[]): Promise<number> {
  const places = store().flatMap((place) => ["--store", place]);
  const { code, out, err } = await terminal.secondsite(
    ...["audit", "plans/kubernetes-chat.ts", ...places, ...more],
  );
  [answer, complaint] = [out, err];
  return code;
}

/** The file of a record; `log` is the site's folder and bucket. */
const file = (number: number) =>
  join(folder, "virginia/chat-virginia-customer/audit/virginia/customer/00000", `0000000${number}.json`);

test("lists operations newest first, and says that the logs are as they were written", async () => {
  expect(await audit()).toBe(0);

  expect(answer).toMatch(/backup\s+messages\s+virginia\s+done \(0\)\s+ada@console\s+point-3[\s\S]*point-1/);
  expect(answer).toMatch(
    /✔ chat\/virginia\/customer: 3 records, the last [0-9a-f]{16}…; held at oregon up to number 3/,
  );
  expect(answer).toMatch(/✔ chat\/oregon\/customer: no records; held at virginia up to number 0/);
});

test("as JSON, with the head to compare with one that was noted elsewhere", async () => {
  expect(await audit("--json", "--last", "2", "--site", "virginia")).toBe(0);

  expect(JSON.parse(answer)).toMatchObject({
    ...{ plan: "chat", good: true },
    logs: [{ log: "chat/virginia/customer", records: 3, anchoredUpTo: 3, head: { sequence: 3 }, faults: [] }],
    records: [{ point: "point-3" }, { point: "point-2" }],
  });
});

test("fault 37: an edited record and a cut tail are an exit code of 1, with the first bad index", async () => {
  const second = await readFile(file(2), "utf8");
  await writeFile(file(2), second.replace("ada", "eve"));
  expect(await audit()).toBe(1);
  expect(answer).toMatch(
    /✖ chat\/virginia\/customer[\s\S]*record 2, \S+00000002\.json: it is not what was written/,
  );

  await writeFile(file(2), second);
  await rm(file(3));
  expect(await audit()).toBe(1);
  expect(answer).toContain("number 3 is missing; an anchor knows number 3: the log was cut");
});

test("a site that has no log is bad input, and says which have one", async () => {
  expect(await audit("--site", "isolated")).toBe(2);
  expect(complaint).toContain('site "isolated" has no audit log that is reached from here');
  expect(complaint).toContain("virginia, oregon");
  expect(await audit("--last", "none")).toBe(2);
});
