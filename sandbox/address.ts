/**
 * Every address of one world, computed from one number.
 *
 * A world is a /16 on one bridge: `10.<net>.0.0/16`. Two worlds with different `net` live side by side.
 */

/** One AWS region of the world. */
export interface RegionSpec {
  /** AWS's name for it, for example `us-east-1`. */
  readonly region: string;
  /** Whether a Kubernetes cluster runs there; a witness region has none. */
  readonly cluster: boolean;
}

/** What a world consists of. */
export interface WorldSpec {
  /** Name of the world; part of its folder on disk. */
  readonly name: string;
  /** Second octet of every address, 1 to 254. */
  readonly net: number;
  /** Regions in order; the index decides the third octet. */
  readonly regions: readonly RegionSpec[];
}

/** A network namespace with one address on the world's bridge. */
export interface Place {
  /** Name of the namespace. */
  readonly namespace: string;
  /** Name of the host's end of its link; 15 characters at most. */
  readonly link: string;
  /** Its addresses; the first is its own, the others belong to services in it. */
  readonly addresses: readonly [string, ...string[]];
}

/** A region's place with the address of each service in it. */
export interface RegionPlace extends Place {
  readonly region: string;
  readonly cluster: boolean;
  /** Kubernetes node; also where LoadBalancer Services answer. */
  readonly node: string;
  /** AWS endpoints of the region, port 443. */
  readonly gate: string;
  /** Resolver of the region, port 53: AWS's names, the cluster's names, and the public DNS. */
  readonly resolver: string;
  readonly serviceCidr: string;
  readonly podCidr: string;
  /** Cluster DNS Service. */
  readonly clusterDns: string;
}

/** Where everything in a world is. */
export interface Places {
  readonly bridge: string;
  /** The host's own address on the bridge. */
  readonly host: string;
  /** AWS's data and control planes (ministack, port 4566); reached through a region's gate. */
  readonly cloud: Place;
  /** Authoritative DNS and health checkers, port 53; outside every region, as Route 53's data plane is. */
  readonly dns: Place & { readonly server: string };
  /** Where `pulumi` and `secondsite` commands run; resolver on its own address, port 53. */
  readonly operator: Place & { readonly resolver: string };
  /** Where the customer writes from; caching resolver on its own address, port 53. */
  readonly customer: Place & { readonly resolver: string };
  readonly regions: readonly RegionPlace[];
}

/** Networks that every cluster has inside: no world can be there. */
export const insideNets = { services: 96, pods: 244 } as const;

/** Computes the places of a world. */
export function placesOf(spec: WorldSpec): Places {
  const { net } = spec;
  const place = (role: string, index: number): Place => ({
    namespace: `ss${net}-${role}`,
    link: `ss${net}v${index}`,
    addresses: [`10.${net}.0.${index}`],
  });
  const withResolver = (role: string, index: number) => ({
    ...place(role, index),
    resolver: `10.${net}.0.${index}`,
  });
  return {
    bridge: `ss${net}`,
    host: `10.${net}.0.1`,
    cloud: place("cloud", 2),
    dns: { ...place("dns", 3), server: `10.${net}.0.3` },
    operator: withResolver("operator", 4),
    customer: withResolver("customer", 5),
    regions: spec.regions.map(({ region, cluster }, at) => {
      const index = at + 1;
      const [node, gate, resolver] = [10, 20, 53].map((host) => `10.${net}.${index}.${host}`) as [
        string,
        string,
        string,
      ];
      return {
        region,
        cluster,
        namespace: `ss${net}-${region}`,
        link: `ss${net}r${index}`,
        addresses: [node, gate, resolver],
        node,
        gate,
        resolver,
        serviceCidr: `10.${insideNets.services}.${index}.0/24`,
        podCidr: `10.${insideNets.pods}.${index}.0/24`,
        clusterDns: `10.${insideNets.services}.${index}.10`,
      };
    }),
  };
}
