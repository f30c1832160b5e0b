import { BlockList } from "node:net";

import { categories, names } from "../../plan/index.js";
import type { RegionPlace } from "../address.js";
import type { CallRecord } from "../aws/index.js";
import { readConnections } from "../world/index.js";
import { callsOf } from "./gate-calls.js";
import type { GoodDay } from "./model.js";

/** Something that taking over must not do, as one sentence. */
export type Offence = string;

/** What the sandbox recorded of taking over. */
export interface Recorded {
  /** New connections that the operator and the standby's Pods and programs opened. */
  readonly connections: number;
  /** Calls to AWS that they made. */
  readonly calls: number;
  readonly offences: readonly Offence[];
}

/**
 * Looks through everything that the operator and the standby's region opened since the primary was lost: no
 * connection, not even an attempt, may go there; no call may need a control plane that lives in one region; and
 * no bucket may be touched but the standby's own and the leases'.
 *
 * @param since milliseconds since 1970.
 */
export async function recordedSince(day: GoodDay, since: number): Promise<Recorded> {
  const { world, primary } = day;
  const { operator, regions } = world.places;
  const gone = addressesOf(regions.filter(({ region }) => region === primary.region));
  const others = regions.filter(({ region }) => region !== primary.region);
  const opened = await Promise.all(
    [operator, ...others].map(async ({ namespace }) => {
      const all = await readConnections(world.paths.connections(namespace));
      return all.filter(({ at }) => at >= since).map((connection) => ({ ...connection, namespace }));
    }),
  );
  const logs = others.map(({ region }) => callsOf(world, region));
  const calls = (await Promise.all(logs)).flat().filter(({ time }) => Date.parse(time) >= since);
  const connections = opened.flat();
  const buckets = bucketsOf(day);
  return {
    connections: connections.length,
    calls: calls.length,
    offences: counted([
      ...connections
        .filter(({ destination, answeredBy }) => isIn(gone, destination) || isIn(gone, answeredBy))
        .map(
          ({ namespace, protocol, source, destination, port }) =>
            `${namespace}: ${source} opened ${protocol} to ${destination}${port ? `:${port}` : ""} in the lost region`,
        ),
      ...calls
        .filter((call) => needsControlPlane(call) || !touches(buckets, call))
        .map(
          ({ region, principal, action, resource }) =>
            `${principal ?? "somebody"} called ${action} on ${resource ?? "nothing"} at ${region}`,
        ),
    ]),
  };
}

/** Buckets that taking over needs: the standby's copies and the leases. */
function bucketsOf({ plan, standby }: GoodDay): readonly string[] {
  const own = categories(plan).map((category) => names.vaultBucket(plan, standby.site, category));
  return plan.lease ? [...own, names.leaseBucket(plan, plan.lease.witness)] : own;
}

/** Whether a call touches no bucket, or one of these. */
function touches(buckets: readonly string[], { resource }: Pick<CallRecord, "resource">): boolean {
  const [, bucket] = /^arn:aws:s3:::([^/]+)/.exec(resource ?? "") ?? [];
  return bucket === undefined || buckets.includes(bucket);
}

/** Bucket configuration by the names of its operations; reading it is served by the region itself. */
const configuresBucket =
  /^s3:(CreateBucket|DeleteBucket|(Put|Delete)(Bucket\w+|PublicAccessBlock|ObjectLockConfiguration))$/;

/** Whether a call needs IAM, Route 53, or what configures buckets. */
export function needsControlPlane({ service, action }: Pick<CallRecord, "service" | "action">): boolean {
  return service === "iam" || service === "route53" || configuresBucket.test(action);
}

/** A region's own addresses, its Pods' and its Services'. */
function addressesOf(regions: readonly RegionPlace[]): BlockList {
  const list = new BlockList();
  for (const { addresses, podCidr, serviceCidr } of regions) {
    for (const address of addresses) list.addAddress(address);
    for (const cidr of [podCidr, serviceCidr]) {
      const [network = "", bits] = cidr.split("/");
      list.addSubnet(network, Number(bits));
    }
  }
  return list;
}

const isIn = (list: BlockList, address: string) => !address.includes(":") && list.check(address);

/** Each different sentence once, with how often it happened. */
function counted(sentences: readonly string[]): string[] {
  const times = new Map<string, number>();
  for (const each of sentences) times.set(each, (times.get(each) ?? 0) + 1);
  return [...times].map(([sentence, count]) => (count > 1 ? `${sentence} (${count} times)` : sentence));
}
