import { copySites, keptDatasets } from "../datasets.js";
import { covers, type Grant, grantsOf } from "../derive/grants.js";
import type { Plan } from "../schema/index.js";
import { siteOf } from "../sites.js";
import type { Finding, PatchStep, Proof } from "./finding.js";
import { pointer } from "./patched.js";

/**
 * Nobody who can change production can delete its recovery points or keys.
 *
 * Covers the roles that components make, deployers and break-glass, and what `access` declares. Assumes that nobody
 * else has rights at a site; `doctor` and the access review look.
 */
export const blastRadius: Proof = (plan) => {
  const grants = grantsOf(plan);
  const found = [
    ...bothHands(plan, grants),
    ...overlap(plan, grants),
    ...roots(plan, grants),
    ...people(plan),
    ...unsaid(plan),
  ];
  const writers = grants.filter(({ writes }) => writes.length > 0).length;
  const deleters = grants.filter(({ deletes }) => deletes.length > 0).length;
  if (found.some(({ rule }) => rule === "blast-radius/identity")) return found;
  return [
    ...found,
    {
      ...{ rule: "blast-radius/identity", severity: "info", at: "access" },
      message: "nobody who can change production can delete its recovery points or keys",
      arithmetic: `${grants.length} identities: ${writers} change production, ${deleters} delete recovery points or keys, none does both`,
    },
  ];
};

/** Entries of `access` that do both. */
function bothHands(plan: Plan, grants: readonly Grant[]): Finding[] {
  return grants
    .filter(({ kind, writes, deletes }) => kind === "declared" && writes.length > 0 && deletes.length > 0)
    .map(({ who, at, writes, deletes }) => {
      const custodian = freeName(plan, `${who.slice(0, 22)}-deletes`);
      const { reviewed } = plan.access[who] ?? {};
      return {
        ...{ rule: "blast-radius/identity", severity: "error", at },
        message: `whoever is "${who}", or steals it, changes ${quoted(writes)} and deletes what they would be restored from at ${quoted(deletes)}`,
        arithmetic: `${at}.writes: ${writes.length}; ${at}.deletes: ${deletes.length}; one of them has to be empty`,
        fix: {
          sentence: `give the right to delete to an identity of its own, "${custodian}"`,
          patch: [
            { op: "replace", path: pointer("access", who, "deletes"), value: [] },
            {
              ...{ op: "add", path: pointer("access", custodian) },
              value: { writes: [], deletes, multiFactor: true, reviewed: reviewed ?? "90d" },
            },
          ],
        },
      } satisfies Finding;
    });
}

/** Deployers and workloads that break-glass covers: they change production, and delete. */
function overlap(plan: Plan, grants: readonly Grant[]): Finding[] {
  const breakGlass = grants.filter(({ kind }) => kind === "break-glass");
  return breakGlass.flatMap((glass, index) => {
    const covered = grants.filter(
      ({ kind, who, writes }) =>
        kind !== "break-glass" && writes.length > 0 && (covers(glass.who, who) || covers(who, glass.who)),
    );
    if (covered.length === 0) return [];
    const step = apart(plan, glass, index, grants);
    return [
      {
        ...{ rule: "blast-radius/identity", severity: "error", at: glass.at },
        message: `${quoted(covered.map(({ who }) => who).slice(0, 3))} changes production, and as "${glass.who}" deletes its recovery points and keys`,
        arithmetic: `${covered.length} identities that write are covered by ${glass.at}`,
        fix: {
          sentence: `let ${glass.at} be a role that nothing else uses`,
          ...(step && { patch: [step] }),
        },
      } satisfies Finding,
    ];
  });
}

/** Drops the entry where another one remains, else names a role of its own; not where that is somebody else's too. */
function apart(plan: Plan, glass: Grant, index: number, grants: readonly Grant[]): PatchStep | undefined {
  const path = pointer("identities", "breakGlass", index);
  const others = plan.identities?.breakGlass.filter(
    (who) => who !== glass.who && !grants.some((one) => one.kind !== "break-glass" && covers(who, one.who)),
  );
  if (others && others.length > 0) return { op: "remove", path };
  const [, account] = /^arn:aws:iam::(\d{12}):/.exec(glass.who) ?? [];
  const role = `arn:aws:iam::${account}:role/break-glass-of-${plan.name}`;
  const taken = grants.some(({ kind, who }) => kind !== "break-glass" && covers(who, role));
  return account === undefined || taken ? undefined : { op: "replace", path, value: role };
}

/** An account's root that deploys: no policy of its own account bounds it. */
function roots(plan: Plan, grants: readonly Grant[]): Finding[] {
  return grants
    .filter(({ kind, who }) => kind === "deployer" && who.endsWith(":root"))
    .map(({ who, at }) => {
      const role = `${who.slice(0, -"root".length)}role/${plan.name}-deploy`;
      return {
        ...{ rule: "blast-radius/root", severity: "warning", at },
        message: `the root of an account deploys: it changes production, and only the locks on recovery points hold against it`,
        arithmetic: `"${who}"; locks in compliance mode bind root too, but neither keys nor anything beyond the lock do`,
        fix: {
          sentence: `deploy as a role, for example "${role}"`,
          patch: [
            {
              op: "replace",
              path: `/${at.replace(".", "/").replace("[", "/").replace("]", "")}`,
              value: role,
            },
          ],
        },
      } satisfies Finding;
    });
}

/** Who deletes proves twice who they are, and somebody looks regularly at who they are. */
const people = (plan: Plan): Finding[] =>
  Object.entries(plan.access).flatMap(([name, { deletes, multiFactor, reviewed }]) => {
    const at = `access.${name}`;
    if (deletes.length === 0) return [];
    const found: Finding[] = [];
    if (!multiFactor)
      found.push({
        ...{ rule: "blast-radius/multi-factor", severity: "error", at: `${at}.multiFactor` },
        message: `a stolen password of "${name}" is enough to delete recovery points at ${quoted(deletes)}`,
        arithmetic: `${at}.deletes: ${deletes.length}; ${at}.multiFactor: false`,
        fix: {
          sentence: `require a second factor of "${name}" and set ${at}.multiFactor: true`,
          patch: [{ op: "replace", path: pointer("access", name, "multiFactor"), value: true }],
        },
      });
    if (reviewed === undefined)
      found.push({
        ...{ rule: "blast-radius/review", severity: "warning", at: `${at}.reviewed` },
        message: `nobody looks at who is "${name}" and may delete recovery points`,
        arithmetic: `${at}.reviewed is absent`,
        fix: {
          sentence: `review it every quarter and set ${at}.reviewed: "90d"`,
          patch: [{ op: "add", path: pointer("access", name, "reviewed"), value: "90d" }],
        },
      });
    return found;
  });

/** Sites with recovery points of which nothing says who may delete them: components grant nothing there. */
function unsaid(plan: Plan): Finding[] {
  const said = new Set(Object.values(plan.access).flatMap(({ deletes }) => deletes));
  const sites = [...new Set(keptDatasets(plan).flatMap(([, dataset]) => copySites(dataset)))].filter(
    (name) => {
      const site = siteOf(plan, name);
      const derived = site.kind === "aws-region" || (site.kind === "object-store" && site.provider === "aws");
      return !derived && !said.has(name) && !(site.kind === "media" && site.offline);
    },
  );
  if (sites.length === 0) return [];
  const custodian = freeName(plan, "custodian");
  return [
    {
      ...{ rule: "blast-radius/undeclared", severity: "warning", at: "access" },
      message: `nothing says who can delete recovery points at ${quoted(sites)}`,
      arithmetic: `no entry of access names ${sites.length === 1 ? "it" : "them"} in deletes, and no component grants anything there`,
      fix: {
        sentence: `declare who can, apart from everyone who changes production, for example as access.${custodian}`,
        patch: [
          {
            ...{ op: "add", path: pointer("access", custodian) },
            value: { writes: [], deletes: sites, multiFactor: true, reviewed: "90d" },
          },
        ],
      },
    },
  ];
}

function freeName(plan: Plan, wanted: string): string {
  let name = wanted;
  for (let number = 2; Object.hasOwn(plan.access, name); number += 1) name = `${wanted}-${number}`;
  return name;
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
