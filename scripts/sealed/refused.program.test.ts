import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Desk, startDesk } from "./testing/desk.js";

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk();
  // So that a time before the first is told from there being none.
  await desk.secondsite("backup", desk.plan, "tickets", "--kind", "logical", ...desk.places);
});
afterAll(() => desk?.[Symbol.asyncDispose]());

describe("refused, with one message and nothing changed", () => {
  test.each([
    [
      "a dataset that is none",
      ["backup", "PLAN", "cache"],
      2,
      /no dataset with backups called "cache"[\s\S]*Pulumi's state: tickets/,
    ],
    [
      "a backup that is none",
      ["backup", "PLAN", "tickets", "--kind", "weekly"],
      2,
      /no backup called "weekly"; it has logical, physical/,
    ],
    [
      "a place for no site",
      ["backup", "PLAN", "tickets", "--kind", "logical", "--store", "moon=/x"],
      2,
      /names site "moon"/,
    ],
    [
      "a place that is none",
      ["backup", "PLAN", "tickets", "--kind", "logical", "--store", "moon"],
      2,
      /--store takes <site>=<folder or address>, got "moon"/,
    ],
    [
      "an address that is none",
      ["backup", "PLAN", "tickets", "--kind", "logical", "--store", "office=http://"],
      2,
      /^secondsite: --store office takes an address such as .*, got "http:\/\/"\n$/,
    ],
    [
      "a site without a name, with nothing said beside",
      ["backup", "PLAN", "tickets", "--kind", "logical", "--site", "", "PLACES"],
      2,
      /^secondsite: "logical" of "tickets" has no direct copy that "" writes to\n/,
    ],
    [
      "a hold without a reason",
      ["points", "PLAN", "hold", "x", "--dataset", "tickets", "--reason", " ", "PLACES"],
      2,
      /--reason takes a line of text, got " "/,
    ],
    [
      "a reason that would colour terminals",
      ["points", "PLAN", "hold", "x", "--dataset", "tickets", "--reason", "a\u001b[31m", "PLACES"],
      2,
      /--reason takes a line of text, got "a\\u001b\[31m"/,
    ],
    [
      "an identity that is none",
      ["restore", "PLAN", "--kind", "logical", "--identity", "PLAN"],
      2,
      /--identity .*plan.json: (what was given is no age identity|an age identity file holds one identity)/,
    ],
    [
      "an identity that is not there",
      ["restore", "PLAN", "--kind", "logical", "--identity", "/none"],
      2,
      /--identity \/none cannot be read: ENOENT/,
    ],
    [
      "a time that is none",
      ["restore", "PLAN", "--kind", "logical", "--at", "yesterday"],
      2,
      /"yesterday" is not a time/,
    ],
    [
      "a time and a point",
      ["restore", "PLAN", "--kind", "logical", "--at", "2026-01-01T00:00:00Z", "--point", "x"],
      2,
      /give one of them/,
    ],
    [
      "a time before the first",
      ["restore", "PLAN", "--kind", "logical", "--at", "2020-01-01T00:00:00Z", "PLACES"],
      1,
      /no point of "tickets" can be restored for 2020-01-01T00:00:00Z: the oldest one holds 20/,
    ],
    [
      "a database's name that PostgreSQL would cut",
      ["restore", "PLAN", "--kind", "logical", "--into", "a".repeat(64), "PLACES"],
      2,
      /a database's name has 1 to 63 bytes/,
    ],
    [
      "a database without a name",
      ["restore", "PLAN", "--kind", "logical", "--into", "", "PLACES"],
      2,
      /a database's name has 1 to 63 bytes, got ""/,
    ],
    [
      "hooks that are not there, before anything is stopped",
      ["restore", "PLAN", "--kind", "logical", "--hooks", "/none", "PLACES"],
      2,
      /--hooks \/none cannot be read: ENOENT/,
    ],
    [
      "what only physical backups have",
      ["restore", "PLAN", "--kind", "logical", "--to", "spare"],
      2,
      /a restore from a dump takes no --to/,
    ],
    [
      "what only dumps have",
      ["restore", "PLAN", "--to", "spare", "--into", "x"],
      2,
      /a restore from physical backups takes no --into/,
    ],
    [
      "more tables side by side than a server has connections",
      ["restore", "PLAN", "--kind", "logical", "--jobs", "99999"],
      2,
      /--jobs takes a whole number from 1 to 64, got "99999"/,
    ],
    [
      "a folder that is not mounted",
      ["restore", "PLAN", "--from", "/none"],
      2,
      /--from "\/none" is not there[\s\S]*mounted/,
    ],
    ...["prune", "verify", "points"].map((command): [string, string[], number, RegExp] => [
      `a folder that holds no dumps, to ${command}`,
      [command, "PLAN", "--from", "/sys"],
      2,
      /--from "\/sys" holds no recovery points: nothing in it has a folder "manifests"/,
    ]),
    [
      "a folder to write to below one that is not there",
      ["backup", "PLAN", "tickets", "--output", "/mnt/none/dump"],
      2,
      /--output "\/mnt\/none\/dump" cannot be made: there is no folder \/mnt\/none[\s\S]*mkdir \/mnt\/none/,
    ],
    [
      "a physical backup in a folder of one's own",
      ["backup", "PLAN", "tickets", "--kind", "physical", "--output", "/tmp/none"],
      2,
      /--output is for dumps and copies: a physical backup needs the log[\s\S]*--kind logical/,
    ],
    ["a folder without a name", ["backup", "PLAN", "tickets", "--output", ""], 2, /--output takes a folder/],
    [
      "a port that is none",
      ["restore", "PLAN", "--kind", "logical", "PLACES", "PORT"],
      2,
      /PGPORT is no port: "db"/,
    ],
  ] as const)("%s", async (_, args, expected, message) => {
    const port = args.some((one) => one === "PORT");
    if (port) process.env.PGPORT = "db";
    const given = args.flatMap((one) =>
      one === "PLAN" ? [desk.plan] : one === "PLACES" ? desk.places : one === "PORT" ? [] : [one],
    );
    const { code, err } = await desk.secondsite(...given);
    if (port) delete process.env.PGPORT;

    expect(err).toMatch(message);
    expect(code).toBe(expected);
    expect(err).not.toMatch(/AGE-SECRET-KEY-1[A-Z0-9]{4}|\n {4}at /);
  });
});

test("a server that nobody finds is named, with what says where it is; no lease is taken for it", async () => {
  const known = process.env.PGHOST;
  process.env.PGHOST = "/tmp/no-such-folder";
  const { code, err } = await desk.secondsite("backup", desk.plan, "tickets", ...desk.places);
  if (known === undefined) delete process.env.PGHOST;
  else process.env.PGHOST = known;

  expect(err).toMatch(/PostgreSQL at \/tmp\/no-such-folder as ".+" does not answer: connect ENOENT/);
  expect(err).toContain("PGHOST, PGPORT, PGUSER and PGPASSWORD_FILE say where the server is");
  expect(code).toBe(3);
});
