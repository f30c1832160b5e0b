import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { PlanInput } from "../../plan/index.js";
import type { Finding } from "../../plan/proofs/index.js";
import { loadPlan } from "../../plans/load.js";
import { openTerminal, type Terminal } from "../testing/terminal.js";

let typed: Terminal;
let answer: string;
let complaint: string;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-check-"));
  terminal(undefined, undefined);
  vi.stubEnv("NO_COLOR", undefined);
  typed = openTerminal();
});

const { isTTY, columns } = process.stdout;
afterEach(async () => {
  typed.close();
  vi.unstubAllEnvs();
  terminal(isTTY, columns);
  await rm(folder, { recursive: true });
});

/** What the process takes its output for. */
function terminal(tty: boolean | undefined, wide: number | undefined): void {
  Object.defineProperty(process.stdout, "isTTY", { value: tty, configurable: true, writable: true });
  Object.defineProperty(process.stdout, "columns", { value: wide, configurable: true, writable: true });
}

async function check(plan: string, ...args: string[]): Promise<number> {
  const { code, out, err } = await typed.secondsite("check", plan, "--as-of", "2026-11-21", ...args);
  [answer, complaint] = [out, err];
  return code;
}

async function saved(plan: unknown): Promise<string> {
  const file = join(folder, "plan.json");
  await writeFile(file, JSON.stringify(plan));
  return file;
}

const names = ["airgapped-messenger", "invoicing", "kubernetes-chat", "multi-vps", "support-desk"];

test.each(names)(
  "A1, B1, C1, D4, E1: %s passes with exit code 0, and as documented fails with 1",
  async (name) => {
    expect(await check(`plans/${name}.ts`, "--json")).toBe(0);
    expect(JSON.parse(answer).summary.errors).toBe(0);

    expect(await check(`plans/as-documented/${name}.ts`, "--json")).toBe(1);
    expect(JSON.parse(answer).summary.errors).toBeGreaterThan(0);
  },
);

test("--json gives the plan's name, the day, every finding with its fields, and how many are errors and warnings", async () => {
  await check("plans/as-documented/kubernetes-chat.ts", "--json");

  const report = JSON.parse(answer);
  expect(Object.keys(report)).toEqual(["plan", "asOf", "findings", "summary"]);
  expect(report.asOf).toBe("2026-11-21");
  const findings: Finding[] = report.findings;
  const always = ["arithmetic", "at", "message", "rule", "severity"];
  for (const finding of findings) {
    const { disaster: _, fix, ...rest } = finding;
    expect(Object.keys(rest).toSorted()).toEqual(always);
    for (const key of always) expect(rest[key as keyof typeof rest], key).toMatch(/\S/);
    expect(finding.rule).toMatch(/^[a-z-]+\/[a-z0-9-]+$/);
    if (finding.severity === "error") expect(fix?.sentence, finding.rule).toMatch(/\S/);
    if (fix) expect(["sentence", "patch"]).toEqual(expect.arrayContaining(Object.keys(fix)));
    for (const { op, path } of fix?.patch ?? [])
      expect(`${op} ${path}`).toMatch(/^(?:add|replace|remove) \/\S/);
  }
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  expect(report.summary).toEqual({ errors: count("error"), warnings: count("warning") });
  expect(findings.some(({ fix }) => fix?.patch)).toBe(true);
});

test("errors come first, then warnings, then what holds", async () => {
  await check("plans/as-documented/multi-vps.ts", "--json");

  const order = ["error", "warning", "info"];
  const places = JSON.parse(answer).findings.map(({ severity }: Finding) => order.indexOf(severity));
  expect(new Set(places)).toEqual(new Set([0, 1, 2]));
  expect(places).toEqual(places.toSorted((a: number, b: number) => a - b));
});

test("people get a table and one line that sums it up", async () => {
  await check("plans/as-documented/kubernetes-chat.ts");

  expect(answer).toMatch(/^✖ rpo\/operator-error \(operator-error\) +when somebody damages the data, /m);
  expect(answer).toMatch(/^datasets\.messages\.backups +/m);
  expect(answer).toMatch(/^ +because /m);
  expect(answer).toMatch(/^ +fix: /m);
  expect(answer).toMatch(/\n\n\S+: \d+ errors?, \d+ warnings?, \d+ promises hold\n$/);
});

test.each([[undefined], [30], [71], [80], [132], [220]])(
  "a terminal of %s columns has no line that is wider",
  async (wide) => {
    terminal(wide !== undefined, wide);
    vi.stubEnv("NO_COLOR", "1");

    await check("plans/as-documented/multi-vps.ts");

    const [, ...rest] = answer.trimEnd().split("\n").toReversed();
    expect(Math.max(...rest.map((line) => line.length))).toBeLessThanOrEqual(wide ?? 100);
  },
);

test("colours are for terminals, and not where NO_COLOR asks for none", async () => {
  await check("plans/kubernetes-chat.ts");
  expect(answer).not.toContain("\u001b");

  terminal(true, 100);
  await check("plans/kubernetes-chat.ts");
  expect(answer).toContain("\u001b[32m");
  expect(answer).toContain("\u001b[33m");

  vi.stubEnv("NO_COLOR", "1");
  await check("plans/kubernetes-chat.ts");
  expect(answer).not.toContain("\u001b");
});

test("--json has no colours either", async () => {
  terminal(true, 100);
  await check("plans/kubernetes-chat.ts", "--json");

  expect(answer).not.toContain("\u001b");
});

const small = {
  name: "small",
  objectives: { rpo: "1d", rto: {} },
  sites: { hall: { kind: "premises", location: "hall", role: "primary" } },
  keys: { provider: "age" },
  datasets: {
    cache: { kind: "rebuildable", reason: "filled again on first use" },
  },
  services: { web: { image: "web", needs: ["cache"] }, worker: { image: "worker", needs: ["cache"] } },
  people: { ada: { title: "Operations", reach: "line 1" } },
} satisfies PlanInput;

test("everything that is wrong with a plan is said in one run: one message each, with its place", async () => {
  const copies = { schedule: { kind: "interval", every: "6h" }, keep: "30d", direct: ["atlantis"] };
  const file = await saved({
    ...small,
    objectives: { rpo: "one day", rto: {} },
    retentoin: "30d",
    datasets: {
      ...small.datasets,
      scans: {
        kind: "files",
        at: "hall",
        category: "scans",
        path: "/srv",
        backups: [{ kind: "copy", ...copies }],
      },
    },
    services: {
      web: { ...small.services.web, after: ["worker"] },
      worker: { ...small.services.worker, after: ["web"] },
    },
    waivers: [{ rule: "drills/never", reason: "new", until: "2026-11-20", by: "ada" }],
  });

  expect(await check(file)).toBe(2);

  expect(answer).toBe("");
  const [head, ...problems] = complaint.trimEnd().split("\n");
  expect(head).toBe('secondsite: plan "small" has 5 problems:');
  const [duration, unknown, ...rest] = problems;
  expect(duration).toBe('  objectives.rpo: expected a duration such as "5m", "24h" or "90d", got "one day"');
  expect(unknown).toBe("  retentoin: unknown field");
  expect(rest.toSorted()).toEqual([
    expect.stringMatching(/^ {2}datasets\.scans\.backups\[0\]\.direct\[0\]: no site is called "atlantis"/),
    "  services.worker.after[0]: services wait for each other: web -> worker -> web; none of them could start first",
    expect.stringMatching(/^ {2}waivers\[0\]\.until: the waiver of "drills\/never" /),
  ]);
});

test("a waiver counts on its last day and is a problem from the next one on", async () => {
  const waivers = [{ rule: "alerts/storage", reason: "new", until: "2026-11-21", by: "ada" }];
  const file = await saved({ ...small, waivers });

  await check(file, "--json");
  const waived = JSON.parse(answer).findings.filter(({ rule }: Finding) => rule === "alerts/storage");
  const message = expect.stringMatching(/^waived until 2026-11-21 by ada \(new\): /);
  expect(waived).toMatchObject([{ severity: "info", message }]);

  expect(await check(file, "--as-of", "2026-11-22")).toBe(2);
  expect(complaint).toContain("waivers[0].until");
});

test("what is waived is neither an error nor a promise that holds: counted apart, marked, and named in --json", async () => {
  const path = "plans/as-documented/support-desk.ts";
  await check(path, "--json");
  const found: Finding[] = JSON.parse(answer).findings;
  const holding = found.filter(({ severity }) => severity === "info").length;
  const rules = [...new Set(found.flatMap(({ rule, severity }) => (severity === "info" ? [] : [rule])))];
  const plan = JSON.parse(JSON.stringify(await loadPlan(path)));
  const by = Object.keys(plan.people)[0];
  const waivers = rules.map((rule) => ({ rule, reason: "for now", until: "2026-12-31", by }));
  const file = await saved({ ...plan, waivers });

  expect(await check(file)).toBe(0);
  const [, waived, holds] = /: 0 errors, 0 warnings, (\d+) waived, (\d+) promises hold\n$/.exec(answer) ?? [];
  expect([Number(waived), Number(holds)]).toEqual([found.length - holding, holding]);
  expect(answer.match(/^~ /gm)).toHaveLength(Number(waived));
  expect(answer.match(/^✔ /gm)).toHaveLength(Number(holds));

  await check(file, "--json");
  const marked = JSON.parse(answer).findings.filter(({ waived }: Finding) => waived);
  expect(marked).toHaveLength(Number(waived));
  for (const finding of marked)
    expect(finding).toMatchObject({ severity: "info", waived: { until: "2026-12-31", by } });
});

test.each(["yesterday", "2026-02-30", "2026-1-1", ""])(
  "--as-of %j is refused with exit code 2",
  async (day) => {
    const file = await saved(small);

    expect(await check(file, "--as-of", day)).toBe(2);
    expect(complaint).toContain("--as-of takes a day such as");
  },
);

test("a module without a plan is exit code 2", async () => {
  const file = join(folder, "empty.ts");
  await writeFile(file, "export const other = 1;\n");

  expect(await check(file)).toBe(2);
  expect(complaint).toContain("is no plan: it has no default export");
});
