import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import type { Plan } from "../../plan/index.js";
import { ownLoopbackAddress } from "../../sandbox/testing/loopback.js";
import type { Ended } from "./message.js";
import { notified } from "./notify.js";

/** What a server was sent. */
interface Got {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

let folder: string;
let file: string;
let server: Server;
let url: string;
let got: Got[];
/** Status of each answer; the last one stays. No answer at all where it is 0. */
let answers: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-notify-"));
  file = join(folder, "notify.json");
  [got, answers] = [[], [202]];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url: path, headers } = request;
      got.push({ path, headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const status = answers.length > 1 ? answers.shift() : answers[0];
      if (status) response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end("{}");
    });
  });
  const address = ownLoopbackAddress();
  await new Promise<void>((resolve) => server.listen(9000, address, resolve));
  url = `http://${address}:9000`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const secret = "R0UT1NGKEYR0UT1NGKEY";
const alerts: Plan["alerts"] = [
  { on: "job-failed", severity: "critical", to: ["oncall"] },
  { on: "job-failed", severity: "warning", to: ["ops"], datasets: ["tickets"] },
  { on: "verification-failed", severity: "high", to: ["oncall"] },
  { on: "age", after: "3m", severity: "critical", to: ["everybody"] },
];
const ended = (more: Partial<Ended> = {}): Ended => ({
  ...{
    plan: "desk",
    operation: "backup",
    dataset: "tickets",
    kind: "logical",
    site: "desk",
    host: "runner-1",
  },
  ...{ succeeded: false, exitCode: 3, message: "not every copy has it: office: HTTP 503" },
  ...{ startedAt: new Date("2026-05-01T02:00:00Z"), finishedAt: new Date("2026-05-01T02:10:00Z") },
  ...more,
});
const receivers = () => ({
  oncall: { pagerduty: { routingKey: secret, url: `${url}/v2/enqueue` } },
  ops: { webhook: { url: `${url}/hooks/${secret}`, headers: { authorization: `Bearer ${secret}` } } },
});
const tell = async (more?: Partial<Ended>, content: unknown = receivers()) => {
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content), { mode: 0o600 });
  return notified({ alerts }, ended(more), { SECONDSITE_NOTIFY_FILE: file });
};
const at = (path: string) => got.filter((one) => one.path === path);

test("B2, C5, C12: a failure opens an incident at PagerDuty, and a success resolves the very same", async () => {
  expect(await tell()).toEqual({ told: ["oncall", "ops"], problems: [] });
  await tell({ succeeded: true, exitCode: 0, message: undefined, point: "20260501T020000Z-1f2e3d4c" });

  const [failure, success] = at("/v2/enqueue").map(({ body }) => body);
  expect(failure).toEqual({
    ...{
      routing_key: secret,
      event_action: "trigger",
      dedup_key: "secondsite/desk/backup/tickets/logical/desk",
    },
    payload: {
      summary:
        "desk: backup of tickets (logical) at desk failed (3): not every copy has it: office: HTTP 503",
      ...{ source: "runner-1", severity: "critical", timestamp: "2026-05-01T02:10:00.000Z" },
      ...{ component: "tickets", group: "desk", class: "backup" },
      custom_details: {
        ...{
          plan: "desk",
          operation: "backup",
          dataset: "tickets",
          kind: "logical",
          site: "desk",
          exitCode: 3,
        },
        message: "not every copy has it: office: HTTP 503",
      },
    },
  });
  expect(success).toMatchObject({
    ...{ event_action: "resolve", dedup_key: "secondsite/desk/backup/tickets/logical/desk" },
    payload: { summary: "desk: backup of tickets (logical) at desk succeeded" },
  });
});

test("B2: a webhook gets one JSON object, with the headers that its file names", async () => {
  await tell();
  const [one] = at(`/hooks/${secret}`);

  expect(one?.headers).toMatchObject({
    "content-type": "application/json",
    authorization: `Bearer ${secret}`,
  });
  expect(one?.body).toEqual({
    ...{ version: 1, outcome: "failed", severity: "warning", exitCode: 3, host: "runner-1" },
    ...{ plan: "desk", operation: "backup", dataset: "tickets", kind: "logical", site: "desk" },
    summary: "desk: backup of tickets (logical) at desk failed (3): not every copy has it: office: HTTP 503",
    message: "not every copy has it: office: HTTP 503",
    ...{ startedAt: "2026-05-01T02:00:00.000Z", finishedAt: "2026-05-01T02:10:00.000Z" },
  });
});

test.each<[string, Partial<Ended>, string[]]>([
  ["of another dataset only who is named for all", { dataset: "invoices" }, ["oncall"]],
  ["of a verification whoever is named for it", { operation: "verify" }, ["oncall"]],
])("told is %s", async (_, more, told) => {
  expect((await tell(more))?.told).toEqual(told);
});

test.each([
  ["bad input", { exitCode: 2 }],
  ["a job that another run has", { exitCode: 4 }],
])("%s is nobody's alarm", async (_, more) => {
  expect(await tell(more)).toBeUndefined();
  expect(got).toEqual([]);
});

test("without a file nobody is told, and nothing is said", async () => {
  expect(await notified({ alerts }, ended(), {})).toBeUndefined();
});

test("a server in trouble is asked again, a bounded number of times", async () => {
  answers = [503, 429, 202];
  const { oncall } = receivers();
  expect(await tell({ operation: "verify" }, { oncall })).toEqual({ told: ["oncall"], problems: [] });
  expect(got).toHaveLength(3);

  [got, answers] = [[], [500]];
  const host = new URL(url).host;
  expect((await tell({ operation: "verify" }, { oncall }))?.problems).toEqual([
    `oncall was not told: ${host} answers HTTP 500`,
  ]);
  expect(got).toHaveLength(4);
});

test.each([400, 302])(
  "what is refused is not repeated, not sent elsewhere, and no secret is said: HTTP %i",
  async (status) => {
    answers = [status];
    const { problems = [], told } = (await tell()) ?? {};

    expect(told).toEqual([]);
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "oncall was not told",
      "ops was not told",
    ]);
    expect(problems.join()).not.toContain(secret);
    expect(got).toHaveLength(2);
  },
);

test("a server that is away, or somebody of whom the file does not know, keeps no other from being told", async () => {
  const { ops } = receivers();
  const { told, problems } = (await tell({}, { ops })) ?? {};
  expect(told).toEqual(["ops"]);
  expect(problems).toEqual([`oncall was not told: ${file} does not say how`]);

  const away = { pagerduty: { routingKey: secret, url: `http://${ownLoopbackAddress()}:9000` } };
  const second = await tell({}, { ops, oncall: away });
  expect(second?.told).toEqual(["ops"]);
  expect(second?.problems.join()).toMatch(
    /^oncall was not told: 127\.\S+:9000 does not answer: .*ECONNREFUSED/,
  );
});

test.each([
  ["nonsense", "no JSON"],
  [`{ "oncall": { "pagerduty": { "routingKey": 7 } }, "${"x".repeat(3)}": "${secret}" }`, "no receivers"],
  [`{ "oncall": { "webhook": { "url": "ftp://${secret}" } } }`, "no address"],
])("a file that does not say how people are told is told without its content", async (content) => {
  const { told, problems = [] } = (await tell({}, content)) ?? {};
  expect(told).toEqual([]);
  expect(problems).toEqual([
    expect.stringContaining(`nobody was told: ${file} does not say how people are told`),
  ]);
  expect(problems.join()).not.toContain(secret);
});

test("a file that is not there is told", async () => {
  const env = { SECONDSITE_NOTIFY_FILE: join(folder, "none.json") };
  expect((await notified({ alerts }, ended(), env))?.problems).toEqual([
    `nobody was told: ${join(folder, "none.json")} cannot be read: ENOENT`,
  ]);
});
