import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";

import {
  contentOf,
  type DatabaseContent,
  differences,
  isComputedAgain,
} from "../../../engines/comparison/index.js";
import { logicalEngine } from "../../../engines/postgres-logical/index.js";
import { openPoint } from "../../../engines/sealed/open.js";
import { findPoints } from "../../../engines/sealed/points.js";
import { type MeasuredOperation, parseExposition } from "../../../metrics/index.js";
import { loadPlan } from "../../../plans/load.js";
import { type AuditRecord, copyStore, placesGiven, type Store } from "../../../vault/index.js";
import { type FaultProxy, faultProxy } from "../../../vault/testing/faults.js";
import type { Answer } from "../../testing/terminal.js";
import { sealedJob } from "../job.js";
import { type Desk, type DeskOptions, startDesk } from "./desk.js";

/** A desk to which faults happen: its office's store is behind a proxy, and it knows what its points have to hold. */
export interface FaultDesk extends Desk {
  readonly proxy: FaultProxy;
  /** The stores themselves, from the side. */
  readonly stores: Readonly<Record<"office" | "offsite" | "branch", Store>>;
  /** Runs a command on the plan's copies, with its figures kept. */
  on(command: keyof typeof measuredAs, ...args: string[]): Promise<Timed>;
  /** `backup` of the tickets. */
  backup(...more: string[]): Promise<Timed>;
  /** Changes the source and dumps it. @returns the point's label, by which its content is known from now on */
  dump(): Promise<string>;
  /** Remembers the source as it is now as what a point holds. */
  remember(label: string): Promise<void>;
  readonly known: Known;
}

/** What was answered, and when, by the clock that this process believed in. */
export interface Timed extends Answer {
  readonly from: number;
  readonly until: number;
}

interface Known {
  /** What each point has to hold, by its label. */
  readonly contents: Map<string, DatabaseContent>;
  /** The source's content when it was last changed on purpose, as a hash. */
  source: string;
}

const measuredAs = {
  backup: "backup",
  verify: "verification",
  restore: "restore",
  prune: "prune",
} as const satisfies Record<string, MeasuredOperation>;

/** Starts one. Its mirror in another town is a folder, empty until somebody replicates into it. */
export async function startFaultDesk(
  change: Readonly<Record<string, unknown>> = {},
  options: DeskOptions = {},
): Promise<FaultDesk> {
  const desk = await startDesk(change, options);
  const proxy = await faultProxy(desk.office);
  await mkdir(join(desk.folder, "branch"));
  const given = [
    `office=${proxy.endpoint}`,
    `offsite=${desk.offsite}`,
    `branch=${join(desk.folder, "branch")}`,
  ];
  const plan = await loadPlan(desk.plan);
  const places = placesGiven(plan, [`office=${desk.office}`, ...given.slice(1)]);
  const store = (site: string) => copyStore(plan, site, "customer", { places });
  const known: Known = { contents: new Map(), source: "" };
  const metrics = metricsOf(desk);
  const one: FaultDesk = {
    ...desk,
    ...{ proxy, known },
    places: given.flatMap((place) => ["--store", place]),
    stores: { office: store("office"), offsite: store("offsite"), branch: store("branch") },
    async on(command, ...args) {
      await rm(metrics, { force: true });
      const from = Date.now();
      const answer = await desk.secondsite(command, desk.plan, ...args, ...one.places, "--metrics", metrics);
      return { ...answer, from, until: Date.now() };
    },
    backup: (...more) => one.on("backup", "tickets", "--kind", "logical", "--json", ...more),
    async dump() {
      await desk.server.sql(desk.database, `INSERT INTO log VALUES ('dump ${known.contents.size}')`);
      const { code, out, err } = await one.backup();
      expect(code, err).toBe(0);
      const { label } = JSON.parse(out);
      await one.remember(label);
      return label;
    },
    async remember(label) {
      const content = await contentOf(desk.database);
      known.contents.set(label, content);
      known.source = hashOf(content);
    },
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await desk[Symbol.asyncDispose]();
    },
  };
  return one;
}

/** A point at the office, opened with a holder's file: for whoever goes round the commands and what they defend. */
export async function openedPoint(desk: FaultDesk, label: string) {
  const [holder = ""] = desk.holders;
  const at = { site: "office", store: [`office=${desk.office}`], identity: [holder] };
  const { direct, kind } = await sealedJob(await loadPlan(desk.plan), "tickets", at);
  const [copy] = await findPoints(direct, kind);
  const found = copy?.points.find(({ point }) => point.label === label);
  if (!copy || !found) throw new Error(`the office has no ${label}`);
  return { found, all: copy.points, ...(await openPoint(found, logicalEngine())) };
}

/** What a fault has to leave behind. */
export interface Expected {
  readonly operation: keyof typeof measuredAs;
  readonly exitCode: number;
  /** What the audit log says became of it. */
  readonly outcome: AuditRecord["outcome"];
  /** In what the command said. */
  readonly says: RegExp;
  /** Label of the newest good point. */
  readonly newest: string;
  /** Copy in which it is looked for. @default all */
  readonly site?: string;
  /** What is said to `restore` beside that. @default nothing */
  readonly restoreWith?: readonly string[];
}

/**
 * Holds what a command left behind, with or without a fault, against what it has to: exit code, figures, audit record,
 * the source's content, and the newest good point, found by `restore` and really restored.
 *
 * Called once the fault is over: the point has to be there for whoever comes afterwards.
 */
export async function afterFault(desk: FaultDesk, answer: Timed, expected: Expected): Promise<void> {
  const { operation, exitCode, outcome, says } = expected;
  expect({ code: answer.code, said: answer.out + answer.err }).toEqual({
    code: exitCode,
    said: expect.stringMatching(says),
  });
  expect(await succeeded(desk, operation)).toBe(exitCode === 0 ? 1 : 0);
  expect(hashOf(await contentOf(desk.database)), "the source's content").toBe(desk.known.source);
  await newestRestores(desk, expected);
  // Last: what could not be recorded while the fault lasted is recorded by whatever runs next.
  expect(await records(desk, answer)).toContainEqual(
    expect.objectContaining({ operation, outcome, exitCode }),
  );
}

/** The newest good point, as `restore` finds it, in a database of its own. */
async function newestRestores(desk: FaultDesk, expected: Expected): Promise<void> {
  const { newest, site, restoreWith = [] } = expected;
  const into = "scratch";
  const [identity = ""] = desk.holders;
  const args = [
    ...[desk.plan, "--kind", "logical", "--into", into, "--json", ...desk.places, ...restoreWith],
    ...(site === undefined ? [] : ["--site", site]),
  ];
  const look = await desk.secondsite("restore", ...args);
  expect(look.code, look.err).toBe(0);
  expect(JSON.parse(look.out)).toMatchObject({ restored: false, point: { label: newest } });
  const done = await desk.secondsite("restore", ...args, "--identity", identity, "--yes");
  expect(done.code, done.err).toBe(0);
  const wanted = desk.known.contents.get(newest);
  if (!wanted) throw new Error(`nobody remembered what ${newest} has to hold`);
  const found = await contentOf({ ...desk.server.address, database: into }, { like: wanted });
  expect(differences(wanted, found).filter((one) => !isComputedAgain(one, wanted, found))).toEqual([]);
  await desk.server.sql(desk.server.address, `DROP DATABASE ${into}`);
}

/** What the audit logs say of the time in which a command ran; each copy that was acted on has its own. */
async function records({ secondsite, plan, places }: FaultDesk, { from, until }: Timed) {
  const all: AuditRecord[] = [];
  for (const site of ["office", "offsite", "branch"]) {
    const { out } = await secondsite("audit", plan, "--site", site, "--json", "--last", "999", ...places);
    // Nothing is said where nobody keeps a log.
    if (out === "") continue;
    const read: { records: AuditRecord[]; logs: { faults: unknown[] }[] } = JSON.parse(out);
    expect(read.logs.flatMap(({ faults }) => faults)).toEqual([]);
    all.push(...read.records);
  }
  return all.filter(({ startedAt }) => from <= Date.parse(startedAt) && Date.parse(startedAt) <= until);
}

/** 1 or 0, as the figures say that alerts are made of. */
async function succeeded(desk: FaultDesk, operation: Expected["operation"]): Promise<number | undefined> {
  const families = parseExposition(await readFile(metricsOf(desk), "utf8"));
  const own = families.filter(({ name }) => name.endsWith(`${measuredAs[operation]}_last_run_success`));
  const [point, ...others] = own.flatMap(({ points }) => points);
  expect(others).toEqual([]);
  return point?.value;
}

const metricsOf = ({ folder }: Desk) => join(folder, "figures.prom");

const hashOf = (content: DatabaseContent) =>
  createHash("sha256").update(JSON.stringify(content)).digest("hex");
