import type { Answer, RecordType } from "dns-packet";

import type { HealthOf, RecordSet, Snapshot, Zone } from "./model.js";
import { isWithin, normalName, parentName } from "./names.js";
import { CannotEvaluate, choose, shuffled, statusOf } from "./routing.js";

/** Longest chain of aliases or CNAMEs that is followed. */
const CHAIN_LIMIT = 8;

/** What a query is answered with. */
export interface Reply {
  readonly rcode: "NOERROR" | "NXDOMAIN" | "REFUSED" | "SERVFAIL";
  readonly authoritative: boolean;
  readonly answers: readonly Answer[];
  readonly authorities: readonly Answer[];
  readonly additionals: readonly Answer[];
  /** Why, where the rcode does not say it. */
  readonly note?: string;
}

/** What evaluation depends on besides the question: data, health, chance. */
export interface Facts {
  readonly snapshot: Snapshot;
  readonly healthOf: HealthOf;
  /** Random numbers in [0, 1). */
  readonly draw: () => number;
}

const empty = { authoritative: true, answers: [], authorities: [], additionals: [] } as const;

/**
 * Answers one question from zones and current health. Pure but for `draw`.
 *
 * Owner names keep the question's spelling, as resolvers that mix case on purpose expect.
 */
export function evaluate(facts: Facts, name: string, type: RecordType | "ANY"): Reply {
  const zone = zoneFor(facts.snapshot, normalName(name));
  if (!zone) return { ...empty, rcode: "REFUSED", authoritative: false };
  try {
    return inZone(facts, zone, name, type);
  } catch (error) {
    if (!(error instanceof CannotEvaluate)) throw error;
    return { ...empty, rcode: "SERVFAIL", authoritative: false, note: error.message };
  }
}

function inZone(facts: Facts, zone: Zone, asked: string, type: RecordType | "ANY"): Reply {
  const answers: Answer[] = [];
  let owner = asked;
  for (let step = 0; step < CHAIN_LIMIT; step++) {
    const name = normalName(owner);
    const referral = delegation(zone, name, type);
    if (referral) return { ...referral, answers, authoritative: answers.length > 0 };
    const sets = setsAt(zone, name);
    if (!sets) return { ...negative(zone, "NXDOMAIN"), answers };
    // RFC 8482: one small record instead of everything.
    if (type === "ANY") return { ...empty, rcode: "NOERROR", answers: [minimalAny(owner)] };
    const group = sets.get(type);
    if (group) {
      const found = records(facts, zone, group, owner);
      if (found.length > 0) return { ...empty, rcode: "NOERROR", answers: [...answers, ...found] };
      return { ...negative(zone, "NOERROR"), answers };
    }
    const link = records(facts, zone, sets.get("CNAME") ?? [], owner)[0];
    if (link?.type !== "CNAME") return { ...negative(zone, "NOERROR"), answers };
    answers.push(link);
    owner = link.data;
    if (zoneFor(facts.snapshot, normalName(owner)) !== zone) break;
  }
  return { ...empty, rcode: "NOERROR", answers };
}

/** The zone with the longest name that holds `name`. */
export function zoneFor(snapshot: Snapshot, name: string): Zone | undefined {
  for (let at: string | undefined = name; at !== undefined; at = parentName(at)) {
    const zone = snapshot.zones.get(at);
    if (zone) return zone;
  }
  return undefined;
}

/** Record sets of a name: its own, none for an empty non-terminal, or a wildcard's; undefined if it does not exist. */
function setsAt(zone: Zone, name: string): ReadonlyMap<RecordType, readonly RecordSet[]> | undefined {
  const own = zone.names.get(name);
  if (own) return own;
  // RFC 4592: a wildcard applies only right below the closest name that exists.
  for (let at = parentName(name); at !== undefined && isWithin(at, zone.name); at = parentName(at)) {
    if (zone.names.has(at)) return zone.names.get(at === "" ? "*" : `*.${at}`);
  }
  return undefined;
}

/** Records that a group answers with, under the name that was asked for. */
function records(facts: Facts, zone: Zone, group: readonly RecordSet[], owner: string, depth = 0): Answer[] {
  const chosen = choose(group, (set) => isHealthy(facts, zone, set, depth), facts.draw);
  return chosen.flatMap((set) => {
    if (set.alias) return records(facts, zone, aliasGroup(zone, set, depth), owner, depth + 1);
    const data = set.data.length > 1 ? shuffled(set.data, facts.draw) : set.data;
    return data.map((one) => ({ ...one, name: owner, ttl: set.ttl, class: "IN" }) as Answer);
  });
}

/** Both have to hold: the record's own health check, and its alias target's health where that is evaluated. */
function isHealthy(facts: Facts, zone: Zone, set: RecordSet, depth: number): boolean {
  const own = set.healthCheckId === undefined || statusOf(facts.healthOf, set.healthCheckId);
  if (!set.alias?.evaluateTargetHealth) return own;
  const target = aliasGroup(zone, set, depth);
  // An array first, so that an unknown status is never hidden by the order of records.
  return target.map((one) => isHealthy(facts, zone, one, depth + 1)).includes(true) && own;
}

function aliasGroup(zone: Zone, set: RecordSet, depth: number): readonly RecordSet[] {
  const target = set.alias?.target ?? "";
  const group = depth < CHAIN_LIMIT ? setsAt(zone, target)?.get(set.type) : undefined;
  if (group) return group;
  throw new CannotEvaluate(
    depth < CHAIN_LIMIT
      ? `alias target ${target} ${set.type} of ${set.name} is not a record of zone ${zone.name}`
      : `alias ${set.name} ${set.type} leads through more than ${CHAIN_LIMIT} others`,
  );
}

/** A referral when an NS record set below the apex covers the name. */
function delegation(zone: Zone, name: string, type: RecordType | "ANY"): Omit<Reply, "answers"> | undefined {
  const cuts: RecordSet[] = [];
  for (let at: string | undefined = name; at !== undefined && at !== zone.name; at = parentName(at)) {
    const cut = zone.names.get(at)?.get("NS")?.[0];
    // A DS record belongs to the parent's side of the cut.
    if (cut && !(type === "DS" && at === name)) cuts.push(cut);
  }
  const cut = cuts.at(-1);
  if (!cut) return undefined;
  const plain = (set: RecordSet) =>
    set.data.map((one) => ({ ...one, name: set.name, ttl: set.ttl, class: "IN" }) as Answer);
  const glue = cut.data.flatMap(({ data }) => {
    const sets = typeof data === "string" ? zone.names.get(data) : undefined;
    return [...(sets?.get("A") ?? []), ...(sets?.get("AAAA") ?? [])].flatMap(plain);
  });
  return { rcode: "NOERROR", authoritative: false, authorities: plain(cut), additionals: glue };
}

/** RFC 2308: the SOA's TTL in a negative answer is the smaller of its TTL and its last field. */
function negative(zone: Zone, rcode: "NOERROR" | "NXDOMAIN"): Reply {
  const set = zone.names.get(zone.name)?.get("SOA")?.[0];
  const soa = set?.data[0];
  if (!set || soa?.type !== "SOA") {
    throw new CannotEvaluate(`zone ${zone.name} has no SOA record`);
  }
  const { minimum } = soa.data as { minimum: number };
  const authority = { ...soa, name: zone.name, ttl: Math.min(set.ttl, minimum), class: "IN" } as Answer;
  return { ...empty, rcode, authorities: [authority] };
}

function minimalAny(name: string): Answer {
  return { type: "HINFO", name, ttl: 3600, class: "IN", data: { cpu: "RFC8482", os: "" } };
}
