import { contextOfNeeds, type Loss, type Need, needsOf, survives } from "../derive/needs.js";
import type { Plan, RecoveryNeed } from "../schema/index.js";
import type { Finding, Fix, Proof } from "./finding.js";
import { pointer } from "./patched.js";

/**
 * Whatever recovery needs beside the data can be had after each disaster in which something is promised.
 *
 * Covers what `closure` and `keys` declare. Assumes that what is declared is true; `ready` and drills look.
 */
export const recoveryClosure: Proof = (plan) => {
  const losses = contextOfNeeds(plan);
  return needsOf(plan).map((need) => closureOf(plan, need, losses));
};

function closureOf(plan: Plan, need: Need, losses: readonly Loss[]): Finding {
  const declared = plan.closure[need.need];
  const common = { rule: `closure/${need.need}`, at: `closure.${need.need}` };
  const failing = losses.filter((loss) => !survives(plan, need, loss));
  if (failing.length === 0)
    return {
      ...{ ...common, severity: "info" },
      message: `${need.what}: can be had after ${listed(losses)}`,
      arithmetic: arithmeticOf(plan, need, losses),
    };
  return {
    ...{ ...common, severity: "error" },
    message: `${need.what}: ${declared || need.derived ? "gone" : "nobody says where it can be had"} after ${listed(failing)}`,
    arithmetic: arithmeticOf(plan, need, losses),
    fix: fixOf(plan, need, failing),
  };
}

function arithmeticOf(plan: Plan, need: Need, losses: readonly Loss[]): string {
  const declared = plan.closure[need.need];
  const places = [
    ...(declared?.at ?? []).map((site) => `"${site}"`),
    ...(declared?.outside === undefined ? [] : [`outside of every site: ${declared.outside}`]),
  ];
  return [
    places.length > 0 ? `declared at ${places.join(", ")}` : "not declared",
    ...(need.derived ? [need.derived.why] : []),
    ...(need.fact === undefined ? [] : [need.fact]),
    `needed because ${need.because}`,
    ...losses.map(({ name, sites }) => `${name} takes ${sites.map((site) => `"${site}"`).join(", ")}`),
  ].join("; ");
}

/** Where each could be kept that no site of a plan can hold. */
const outside: Record<RecoveryNeed, string> = {
  state: "a copy of the state on a medium that no site holds",
  "state-secrets": "a sealed passphrase that no site holds",
  keys: "an offline recovery key that no site holds",
  registry: "images on a medium that no site holds",
  "control-plane": "an account at another provider, opened and tried beforehand",
  secrets: "a sealed copy of the secrets that no site holds",
  identity: "an account at another provider, opened and tried beforehand",
  plugins: "plugins on a medium that no site holds",
  packages: "packages on a medium that no site holds",
  "sign-on": "emergency accounts with keys of their own, in two people's hands",
};

/** A site that is left in all of them, else several that are left in one each, else somewhere outside: for people. */
function fixOf(plan: Plan, need: Need, failing: readonly Loss[]): Fix {
  const { need: name } = need;
  const sites = chosen(plan, need, failing);
  const declared = plan.closure[name];
  if (sites === undefined)
    return {
      // No patch: it would attest to what nobody did.
      sentence: `keep ${need.what} outside of every site, and say where in closure.${name}.outside; for example ${outside[name]}`,
    };
  return {
    sentence: `keep ${need.what} at ${sites.map((site) => `"${site}"`).join(" and ")} too, and say so in closure.${name}.at`,
    patch: declared
      ? sites.map((site) => ({ op: "add", path: pointer("closure", name, "at", "-"), value: site }) as const)
      : [{ op: "add", path: pointer("closure", name), value: { at: sites } }],
  };
}

/** The fewest sites that can hold it, of which one is left in each disaster; undefined where there are none. */
function chosen(plan: Plan, need: Need, failing: readonly Loss[]): string[] | undefined {
  const able = Object.keys(plan.sites).filter((site) => need.holds(site));
  const found: string[] = [];
  let open = failing;
  while (open.length > 0) {
    const left = (site: string) => open.filter(({ sites }) => !sites.includes(site)).length;
    const [best] = able.toSorted((a, b) => left(b) - left(a));
    if (best === undefined || left(best) === 0) return undefined;
    found.push(best);
    open = open.filter(({ sites }) => sites.includes(best));
  }
  return found;
}

const listed = (losses: readonly Loss[]): string => losses.map(({ name }) => name).join(", ") || "nothing";
