import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Plan } from "../../plan/index.js";
import { type Desk, startDesk } from "../sealed/testing/desk.js";

let desk: Desk;
let first: string;
let vault: string;

beforeAll(async () => {
  desk = await startDesk();
  vault = join(desk.offsite, "desk-offsite-customer");
  first = JSON.parse((await on("backup", "tickets", "--kind", "logical", "--json")).out).label;
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const on = (command: string, ...args: string[]) =>
  desk.secondsite(command, desk.plan, ...args, ...desk.places);
const keys = (action: string, ...args: string[]) =>
  desk.secondsite("keys", action, desk.plan, "--dataset", "tickets", ...args, ...desk.places);
/** What is wrong with any key. */
const problems = async () =>
  JSON.parse((await keys("status", "--json")).out).keys.flatMap(
    (key: { problems: string[] }) => key.problems,
  );
const ring = async () => (await readdir(join(vault, "keys/tickets"))).sort();

/** Changes the plan in its file. */
async function planned(change: (plan: Plan) => void): Promise<void> {
  const plan = JSON.parse(await readFile(desk.plan, "utf8"));
  change(plan);
  await writeFile(desk.plan, JSON.stringify(plan));
}

const restored = async (label: string, identity: string, into: string) =>
  on(
    ...(["restore", "--kind", "logical", "--point", label, "--site", "offsite"] as const),
    ...["--into", into, "--identity", identity, "--staging", join(desk.folder, "staging"), "--yes"],
  );

test("status tells each key's age against the plan's rotation, and what is overdue", async () => {
  const { code, out } = await keys("status", "--json");
  expect(JSON.parse(out)).toMatchObject({
    good: true,
    keys: [
      {
        dataset: "tickets",
        purpose: "data",
        id: "data-000001",
        rotationSeconds: 365 * 86_400,
        older: 0,
        problems: [],
      },
      { dataset: "tickets", purpose: "signing", id: "signing-000001", problems: [] },
    ],
  });
  expect(code).toBe(0);
  await planned((plan) => {
    plan.keys.rotation = "1ms";
  });
  const late = await keys("status");
  expect(late.out).toContain("the next one is due: secondsite keys rotate");
  expect(late.code).toBe(1);
});

test("D13: a look changes nothing; rotate makes the next keys at every copy; dumps before and after it restore", async () => {
  await planned((plan) => {
    plan.keys.rotation = "365d";
  });
  const before = await ring();
  const look = await keys("rotate");
  expect(look.out).toMatch(/^tickets: would make the next data and signing key at office, offsite, for age1/);
  expect(look.code).toBe(0);
  expect(await ring()).toEqual(before);

  const { code, out } = await keys("rotate", "--yes", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)[0].made).toMatchObject([{ id: "data-000002" }, { id: "signing-000002" }]);
  const { out: made } = await on("backup", "tickets", "--kind", "logical", "--json");
  const second = JSON.parse(made).label;
  expect((await on("verify", "--dataset", "tickets", "--site", "offsite")).code).toBe(0);
  const [holder = ""] = desk.holders;
  for (const [index, label] of [first, second].entries())
    expect(await restored(label, holder, `tickets_${index}`)).toMatchObject({ code: 0 });
});

test("C18: a rotation is in the audit log, with what it made", async () => {
  const { out } = await desk.secondsite("audit", desk.plan, "--json", ...desk.places);
  const found = JSON.parse(out).records.find((one: { operation: string }) => one.operation === "keys rotate");
  expect(found).toMatchObject({
    ...{ dataset: "tickets", outcome: "done", exitCode: 0 },
    details: { made: "tickets data-000002, tickets signing-000002" },
  });
});

test("D13: a holder who is new is named by status, and opens what is older once it is wrapped anew", async () => {
  const identity = await generateIdentity();
  const file = join(desk.folder, "holder-new.txt");
  await writeFile(file, identity, { mode: 0o600 });
  const recipient = await identityToRecipient(identity);
  await planned((plan) => void plan.keys.recovery?.recipients.push(recipient));
  expect(await problems()).toContain(`not wrapped for ${recipient} everywhere: secondsite keys rewrap`);

  // Without a key that opens, nothing is written.
  const before = await ring();
  const refused = await keys("rewrap", "--yes");
  expect(refused.err).toMatch(/is wrapped for age1.*at hand is none/);
  expect(refused.err).toContain("--identity <file>");
  expect(refused.code).toBe(3);
  const wrong = await keys("rewrap", "--yes", "--identity", file);
  expect(wrong.err).toContain(`at hand are ${recipient}`);
  expect(wrong.code).toBe(3);
  expect(await ring()).toEqual(before);

  const done = await keys("rewrap", "--yes", "--identity", desk.holders[1] ?? "");
  expect(done.code).toBe(0);
  expect(done.out).toContain(`tickets: data-000001 is wrapped for ${recipient} at office, offsite`);
  expect((await keys("status")).code).toBe(0);
  expect((await on("verify", "--dataset", "tickets", "--site", "offsite")).code).toBe(0);
  expect(await restored(first, file, "tickets_new")).toMatchObject({ code: 0 });
  expect(await ring()).toEqual(expect.arrayContaining(before));
  for (const text of [refused, wrong, done]) expect(text.out + text.err).not.toContain(identity.trim());
});

test("a holder who left is named until the next key shuts them out", async () => {
  let left = "";
  await planned((plan) => {
    left = plan.keys.recovery?.recipients.shift() ?? "";
  });
  expect(await problems()).toContain(
    `wrapped for ${left}, whom the plan does not name: secondsite keys rotate`,
  );
  expect((await keys("rotate", "--yes")).code).toBe(0);
  expect((await keys("status")).code).toBe(0);
  const made = (await on("backup", "tickets", "--kind", "logical", "--json")).out;
  const answer = await restored(JSON.parse(made).label, desk.holders[0] ?? "", "tickets_left");
  expect(answer.err).toContain(`at hand are ${left}`);
  expect(answer.code).toBe(3);
});

test.each([
  [["rotate", "--kind", "passphrase"], /Allowed choices are data, signing/],
  [["rotate", "--dataset", "cache"], /no dataset with keys called "cache"[\s\S]*it has tickets/],
  [["status", "--store", "moon=/mnt"], /--store names site "moon"/],
] as const)("bad input is told once: %j", async ([action, ...args], message) => {
  const { code, err } = await keys(action, ...args);
  expect(err).toMatch(message);
  expect(code).toBe(2);
});

test("a copy of whose keys one cannot be read is left out, and said, and what the others have is told", async () => {
  const object = join(vault, "keys/tickets/data-000001.json");
  const kept = await readFile(object);
  // Listed, and longer than anything that is read at once: root may read whatever is there.
  await truncate(object, 3 * 2 ** 30);
  const status = await keys("status", "--json");
  const rewrap = await keys("rewrap", "--yes", "--identity", desk.holders[1] ?? "");
  await writeFile(object, kept);

  const unread =
    /tickets at offsite .*does not answer: reading keys\/tickets\/data-000001.json below .* failed: /;
  expect(JSON.parse(status.out).problems).toEqual([expect.stringMatching(unread)]);
  expect(JSON.parse(status.out).keys).toHaveLength(2);
  expect(status.code).toBe(1);
  expect(rewrap.err).toMatch(unread);
  expect(rewrap.code).toBe(3);
  expect((await keys("status")).code).toBe(0);
});

test("a copy that does not answer is left out, and said; none at all writes nothing", async () => {
  const away = ["--store", "office=http://127.0.0.1:9", "--store", `offsite=${desk.offsite}`];
  const some = await desk.secondsite(
    "keys",
    "rotate",
    desk.plan,
    "--dataset",
    "tickets",
    "--kind",
    "data",
    "--yes",
    ...away,
  );
  expect(some.err).toContain("tickets at office is left out, it does not answer: ");
  expect(some.code).toBe(3);
  // The next backup lays it there, too.
  await on("backup", "tickets", "--kind", "logical");
  expect((await keys("status")).code).toBe(0);
});
