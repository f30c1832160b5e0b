import { createHash } from "node:crypto";

import type { Deployment, StateResource } from "./checkpoint.js";

/**
 * What Pulumi would refuse a deployment for, or trip over: the rules of its own check
 * (https://github.com/pulumi/pulumi/blob/master/pkg/resource/stack/snapshot/integrity.go, read 2026-11-28). Whatever a
 * resource names has to stand before it.
 *
 * @returns sentences; empty when it is whole
 */
export function integrityFaults({ manifest, resources }: Deployment): string[] {
  const faults: string[] = [];
  const { version, magic } = manifest;
  if (magic !== (version === "" ? "" : createHash("sha256").update(version).digest("hex")))
    faults.push("its manifest's magic is not that of its version");
  const before = new Map<string, StateResource[]>();
  const providers = new Set<string>();
  for (const [index, one] of (resources ?? []).entries()) {
    const { urn, type, id = "", provider } = one;
    if (urn === "" || type === "") {
      faults.push(`resource ${index} has no ${urn === "" ? "URN" : "type"}`);
      continue;
    }
    if (!one.custom && id !== "") faults.push(`${urn} is a component with an id`);
    if (type.startsWith("pulumi:providers:")) providers.add(`${urn}::${id}`);
    if (provider !== undefined && provider !== "" && !providers.has(provider) && !one.pendingReplacement)
      faults.push(`${urn} names a provider that is not there: ${provider}`);
    for (const [what, named] of namedBy(one))
      if (!before.has(named)) faults.push(`${urn} names a ${what} that is not there: ${named}`);
    before.set(urn, [...(before.get(urn) ?? []), one]);
  }
  for (const [urn, all] of before)
    if (all.filter((one) => !one.delete).length > 1) faults.push(`${urn} is there twice`);
  return faults;
}

function namedBy(one: StateResource): [what: string, urn: string][] {
  const { parent, dependencies, propertyDependencies, deletedWith } = one;
  const all: [string, string | undefined][] = [
    ["parent", parent],
    ...(dependencies ?? []).map((urn): [string, string] => ["dependency", urn]),
    ...Object.values(propertyDependencies ?? {}).flatMap((urns) =>
      (urns ?? []).map((urn): [string, string] => ["dependency of a property", urn]),
    ),
    ["resource that it is deleted with", deletedWith],
  ];
  return all.flatMap(([what, urn]): [string, string][] =>
    urn === undefined || urn === "" ? [] : [[what, urn]],
  );
}
