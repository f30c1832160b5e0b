import type { RegionPlace } from "../address.js";

/** What a resolver answers. */
export interface ResolverSpec {
  /** Address it listens on, port 53. */
  readonly address: string;
  /** Every region, for AWS's names. */
  readonly regions: readonly Pick<RegionPlace, "region" | "gate">[];
  /** Region whose gate answers `sts.amazonaws.com`: the one that asks. */
  readonly sts: string;
  /** The world's authoritative DNS server. */
  readonly upstream: string;
  /** The cluster whose names it answers. @default none */
  readonly cluster?: { readonly kubeconfig: string; readonly context: string };
  /** Whether it keeps answers as long as their TTL says. @default false */
  readonly cache?: boolean;
}

/** AWS answers its endpoints' names for a minute. */
const ttl = 60;
const soa = `{{ .Zone }} ${ttl} IN SOA ns.amazonaws.com. root.amazonaws.com. 1 7200 900 1209600 ${ttl}`;
/** Names without a region; their control planes live in us-east-1. */
const globalNames = ["iam", "route53", "s3"];

/** Region that holds AWS's global control planes: us-east-1, or the first where a world has none. */
export function controlPlane<R extends { readonly region: string }>(regions: readonly [R, ...R[]]): R {
  return regions.find(({ region }) => region === "us-east-1") ?? regions[0];
}

/** Renders CoreDNS's configuration for one resolver of the world. */
export function corefile(spec: ResolverSpec): string {
  const [first, ...others] = spec.regions;
  if (!first) throw new TypeError("corefile: regions must not be empty");
  const home = spec.regions.find(({ region }) => region === spec.sts);
  if (!home) throw new TypeError(`corefile: sts must be one of the regions, got "${spec.sts}"`);
  const names: [string, string][] = [
    // <service>.<region>.amazonaws.com and <bucket>.s3.<region>.amazonaws.com
    ...spec.regions.map(({ region, gate }): [string, string] => [`(.+\\.)?${literal(region)}`, gate]),
    ["sts", home.gate],
    // <bucket>.s3.amazonaws.com too
    [`(${globalNames.join("|")}|.+\\.s3)`, controlPlane([first, ...others]).gate],
  ];
  return [
    ...(spec.cluster
      ? [
          block("cluster.local in-addr.arpa ip6.arpa", spec, [
            "kubernetes cluster.local in-addr.arpa ip6.arpa {",
            `  kubeconfig ${spec.cluster.kubeconfig} ${spec.cluster.context}`,
            "  pods insecure",
            "  fallthrough in-addr.arpa ip6.arpa",
            "  ttl 5",
            "}",
          ]),
        ]
      : []),
    block("amazonaws.com", spec, [
      ...names.flatMap(([name, address]) => template(`^${name}\\.amazonaws\\.com\\.$`, address)),
      "template ANY ANY {",
      "  rcode NXDOMAIN",
      `  authority "${soa}"`,
      "}",
    ]),
    block(".", spec, [
      ...(spec.cache
        ? ["cache {", "  success 9984 86400 0", "  denial 9984 86400 0", "  servfail 0", "}"]
        : []),
      `forward . ${spec.upstream} {`,
      // One upstream only: taking it for dead would turn a short silence into refusals.
      "  max_fails 0",
      "}",
    ]),
  ].join("\n");
}

/** Answers `A` with the address and every other type with "no such data", as for a name that exists. */
function template(match: string, address: string): string[] {
  return [
    "template IN A {",
    `  match "${match}"`,
    `  answer "{{ .Name }} ${ttl} IN A ${address}"`,
    "  fallthrough",
    "}",
    "template ANY ANY {",
    `  match "${match}"`,
    "  rcode NOERROR",
    `  authority "${soa}"`,
    "  fallthrough",
    "}",
  ];
}

function block(zones: string, { address }: ResolverSpec, lines: readonly string[]): string {
  return [`${zones} {`, `  bind ${address}`, "  errors", ...lines.map((line) => `  ${line}`), "}", ""].join(
    "\n",
  );
}

/** CoreDNS reads a backslash in quotes as it is unless a quote follows. */
function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
