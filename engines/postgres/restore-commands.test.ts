import { expect, test } from "vitest";

import { restoreCommands } from "./restore-commands.js";

const commands = restoreCommands({
  ...{ place: { kind: "bucket", bucket: "chat-oregon-customer", region: "us-west-2" } },
  ...{ plan: "chat", dataset: "messages" },
  ...{ passphrase: "keys/messages/passphrase.json", repository: "/pgbackrest/messages/e000001" },
  label: "20260301-020001F",
});
const [fetch = [], open = [], restore = [], start = []] = commands;

test("fetch the passphrase, open it, restore by pgBackRest, start the server: nothing else, and nothing of ours", () => {
  expect(commands.map(([program]) => program)).toEqual(["aws", "sh", "pgbackrest", "pg_ctl"]);
  expect(JSON.stringify(commands)).not.toMatch(/secondsite|node\b|npx/i);
});

test("name bucket, region and object, so that nothing has to be guessed", () => {
  expect(fetch).toEqual([
    ...["aws", "s3api", "get-object", "--region=us-west-2", "--bucket=chat-oregon-customer"],
    ...["--key=keys/messages/passphrase.json", "/restore/passphrase.json"],
  ]);
});

test("configure the repository whole: endpoint, region, path and cipher", () => {
  const [, , script = "", , document, region, bound, settings = ""] = open;
  expect([document, region, bound]).toEqual([
    "/restore/passphrase.json",
    "us-west-2",
    '{"plan":"chat","dataset":"messages"}',
  ]);
  expect(settings.split("\n")).toEqual([
    "repo1-type=s3",
    "repo1-s3-bucket=chat-oregon-customer",
    "repo1-s3-region=us-west-2",
    "repo1-s3-endpoint=s3.us-west-2.amazonaws.com",
    "repo1-path=/pgbackrest/messages/e000001",
    "repo1-cipher-type=aes-256-cbc",
    "log-level-file=off",
    "lock-path=/restore/lock",
    "spool-path=/restore/spool",
    "[messages]",
    "pg1-path=/restore/data",
  ]);
  expect(script).toContain("umask 077");
});

test("restore that very backup to its own end, archive nowhere, and let nobody in over the network", () => {
  expect(restore).toEqual([
    ...["pgbackrest", "--config=/restore/pgbackrest.conf", "--stanza=messages", "--set=20260301-020001F"],
    ...["--type=immediate", "--target-action=promote", "--archive-mode=off", "restore"],
  ]);
  expect(start.at(-2)).toMatch(/^--options=-c listen_addresses= .*-c archive_mode=off/);
});

test("no secret is an argument: what is opened goes through pipes and built-in commands alone", () => {
  const script = open[2] ?? "";
  const uses = script.split("\n").filter((line) => line.includes("$secret") || line.includes("SECRET"));
  expect(uses.length).toBeGreaterThan(2);
  for (const line of uses) expect(line.trim()).toMatch(/^(if \[|printf )/);
});
