import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import {
  type CustomerOptions,
  customer,
  databaseContent,
  expectedContent,
  loss,
  now,
  readLedger,
  survey,
} from "./index.js";
import { Chat, until } from "./testing/chat.js";

const population = { seed: "world", rows: 50_000, lanes: 2 };
let chat: Chat;

beforeAll(async () => {
  chat = await Chat.start();
  const answer = await chat.fetch(`/load?rows=${population.rows}&seed=${population.seed}`, {
    method: "POST",
  });
  expect(await answer.json()).toEqual({ seed: "world", rows: 50_000, already: false });
});
afterAll(() => chat?.stop());

/** Starts a customer and resolves once it writes. */
async function started(options: Partial<CustomerOptions> & { name: string }) {
  const ledger = join(chat.directory, `${options.name}.jsonl`);
  const program = customer({
    address: chat.address,
    url: chat.url,
    ledger,
    rate: 50,
    ...population,
    ...options,
  });
  const [file, ...args] = program.argv;
  const running = execa(file, args, {
    env: { ...chat.env, ...program.env },
    reject: false,
    timeout: 120_000,
  });
  await Promise.race([until(async () => (await program.ready?.()) ?? true), running]);
  return {
    /** Ends it and reads its ledger. */
    stop: async () => {
      running.kill("SIGTERM");
      const { exitCode, stderr } = await running;
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      return readLedger(ledger);
    },
    done: async () => {
      await running;
      return readLedger(ledger);
    },
  };
}

const content = () => databaseContent([chat.psql], chat.env);

describe("a customer's ledger tells the content of each table", () => {
  test("after inserts, updates and deletes, and after the database was killed among them", async () => {
    const writer = await started({ name: "through-service" });
    await sleep(3000);
    const cut = now().mono;
    await chat.stopDatabase("SIGKILL");
    await sleep(500);
    await chat.startDatabase();
    await until(async () => (await chat.status("/health/deep")) === 200);
    await sleep(1000);
    const ledger = await writer.stop();
    const actual = await content();
    const found = survey(ledger, actual.operations);

    expect(ledger.attempts.filter(({ outcome }) => outcome === "committed").length).toBeGreaterThan(100);
    expect(ledger.attempts.filter(({ outcome }) => outcome !== "committed").length).toBeGreaterThan(0);
    expect(found).toMatchObject({ lost: [], holes: [], phantoms: [], strangers: [] });
    expect(loss(ledger, found, cut).rows).toBe(0);
    expect(expectedContent(population, found.applied)).toEqual(actual.tables);
  });

  test.each([
    ["messages", "UPDATE messages SET body = overlay(body PLACING 'X' FROM 9) WHERE id = 31337"],
    ["reactions", "DELETE FROM reactions WHERE ctid = (SELECT max(ctid) FROM reactions)"],
    ["operations", "UPDATE operations SET at = at + '1 microsecond' WHERE number = 3 AND lane = 0"],
    ["channels", "UPDATE channels SET topic = '' WHERE id = 4"],
  ] as const)("one change in %s is found in that table alone", async (table, statement) => {
    const { tables: before } = await content();
    await chat.sql(statement);
    const { tables: after } = await content();

    expect(after[table]).not.toEqual(before[table]);
    expect({ ...after, [table]: before[table] }).toEqual(before);
  });

  test("psql that fails is an error and no content", async () => {
    await expect(databaseContent([chat.psql, "--port=1"], chat.env)).rejects.toThrow(
      "did not deliver all tables",
    );
  });
});

describe("numbers", () => {
  test("one that comes late is refused, so nothing overtakes", async () => {
    const write = async (number: number) => {
      const answer = await chat.fetch(`/messages/${number}/reactions`, {
        method: "POST",
        headers: { "x-operation": `7/${number}/2026-01-01T00:00:00.000Z` },
        body: JSON.stringify({ emoji: "+1", author: null }),
      });
      return [answer.status, await answer.json()];
    };

    expect(await write(2)).toEqual([200, { outcome: "committed", affected: 1 }]);
    expect(await write(1)).toEqual([503, { outcome: "failed", reason: "lane 7 is past operation 1" }]);
    expect(await write(2)).toEqual([503, { outcome: "failed", reason: "lane 7 is past operation 2" }]);
  });
});

describe("read-only is enforced where a session can't override it", () => {
  test("a session overrides a default that says read-only", async () => {
    await chat.sql("ALTER SYSTEM SET default_transaction_read_only = on");
    await chat.sql("SELECT pg_reload_conf()");
    await until(async () => (await chat.sql("SHOW default_transaction_read_only")) === "on");
    expect(await chat.status("/health")).toBe(200);
    expect(await chat.status("/health/deep")).toBe(503);
    const writer = await started({ name: "overriding", mode: "override", lane: 0, from: 100_000 });
    await sleep(1000);
    const { attempts } = await writer.stop();
    await chat
      .sql("SET transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only")
      .catch(() => undefined);

    expect(attempts.filter(({ outcome }) => outcome === "committed").length).toBeGreaterThan(10);
  });

  test("but not a hot standby, where a transaction left open ends too", async () => {
    const open = await started({ name: "open", mode: "open-transaction", lane: 1, from: 200_000, hold: 4 });
    await chat.stopDatabase("SIGTERM");
    await chat.startDatabase({ standby: true });
    const writer = await started({ name: "overriding-standby", mode: "override", lane: 0, from: 300_000 });
    await sleep(1000);
    const { attempts } = await writer.stop();

    expect(await chat.status("/health/deep")).toBe(503);
    expect(attempts.length).toBeGreaterThan(10);
    expect(attempts.filter(({ outcome }) => outcome !== "failed")).toEqual([]);
    expect((await open.done()).attempts.map(({ outcome }) => outcome)).not.toContain("committed");
    expect(attempts[0]?.reason).toContain("recovery");
  });
});
