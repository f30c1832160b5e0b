import { copy, cron, files, logical, physical, postgres, rebuildable, service, wal } from "../../builders.js";
import { definePlan, parsePlan } from "../../define.js";
import type { Plan } from "../../schema/index.js";
import type { Finding, PatchStep } from "../finding.js";
import { prove } from "../index.js";
import { patched } from "../patched.js";
import { alerts, identities, keys, oneProvider, people, twoRegions } from "./two-regions.js";

/** The day as of which small plans are proved. */
export const asOf = new Date("2026-06-01T00:00:00Z");

/** Two datasets in one region, copied to a second region and to another account; nothing of it is broken. */
const small = definePlan({
  name: "small",
  objectives: {
    rpo: "1d",
    rpoBy: oneProvider,
    rto: { database: "4h" },
  },
  identities,
  keys,
  sites: twoRegions("warm"),
  datasets: {
    orders: postgres({
      at: "east",
      category: "customer",
      database: "orders",
      owner: "ada",
      backups: [
        physical({
          schedule: cron("0 2 * * *"),
          keep: "30d",
          direct: ["east"],
          replicated: ["west", "apart"],
        }),
        wal({ within: "5m", keep: "7d", direct: ["east"], replicated: ["west", "apart"] }),
        logical({ schedule: cron("0 4 * * *"), keep: "30d", direct: ["east"] }),
      ],
    }),
    scans: files({
      at: "east",
      category: "scans",
      path: "/srv/scans",
      owner: "bob",
      backups: [
        copy({ schedule: cron("0 */6 * * *"), keep: "30d", direct: ["east"], replicated: ["west", "apart"] }),
      ],
    }),
    cache: rebuildable({ reason: "filled again on first use" }),
  },
  services: { shop: service({ image: "shop", needs: ["orders", "scans", "cache"] }) },
  people,
  drills: [
    { kind: "integrity", every: "1d", owner: "ada", last: "2026-05-31" },
    { kind: "restore", every: "30d", owner: "bob", last: "2026-05-20" },
  ],
  alerts,
});

/** The small plan, changed by steps of a JSON Patch and checked again. @throws InvalidPlan when they leave none */
export const smallPlan = (...changes: readonly PatchStep[]): Plan =>
  parsePlan(JSON.parse(JSON.stringify(patched(small, changes))));

/** Adds or replaces what is at a place. */
export const set = (path: string, value: unknown): PatchStep => ({ op: "add", path, value });
/** Puts something else in the place of an entry of a list. */
export const swap = (path: string, value: unknown): PatchStep => ({ op: "replace", path, value });
/** Takes away what is at a place. */
export const drop = (path: string): PatchStep => ({ op: "remove", path });

/**
 * Rules of these proofs: what the small plan keeps. Objectives of loss and time have tests of their own, and its jobs
 * write to one site alone, so that nobody holds the ends of its audit logs.
 */
const own =
  /^(?:point-in-time|retention|copies(?!\/audit-log)|residency|keys|coverage|compatibility|drills|alerts)\//;

/** What the rules say of a plan, worse than that it holds. */
export const troubles = (plan: Plan): Finding[] =>
  prove(plan, asOf).filter(({ rule, severity }) => severity !== "info" && own.test(rule));

/** What one rule says of a plan. */
export const said = (plan: Plan, rule: string): Finding[] =>
  prove(plan, asOf).filter((finding) => finding.rule === rule);

const place = ({ rule, at, disaster }: Finding) => `${rule} ${at} ${disaster ?? ""}`;
const errorsOf = (plan: Plan) => prove(plan, asOf).filter(({ severity }) => severity === "error");

/** What is wrong with a finding's patch: nothing, where it removes the finding and adds no error. */
export function patchFails(plan: Plan, finding: Finding): string[] {
  if (!finding.fix?.patch) return ["it has no patch"];
  const forbidden = finding.fix.patch.filter(({ path }) =>
    /^\/(?:objectives|waivers)\b|\/reason$/.test(path),
  );
  const mended = parsePlan(JSON.parse(JSON.stringify(patched(plan, finding.fix.patch))));
  const before = new Set(errorsOf(plan).map(place));
  const stays = prove(mended, asOf).some(
    (other) => other.severity === finding.severity && place(other) === place(finding),
  );
  return [
    ...forbidden.map(({ path }) => `it touches ${path}`),
    ...(stays ? ["the finding stays"] : []),
    ...errorsOf(mended)
      .map(place)
      .filter((error) => !before.has(error))
      .map((error) => `it adds ${error}`),
  ];
}
