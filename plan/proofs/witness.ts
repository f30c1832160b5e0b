import { cloudSiteOf } from "../sites.js";
import { vaultsOf } from "../vaults.js";
import type { Finding, Proof } from "./finding.js";

/** The lease survives the loss of any one site: the witness is a failure domain that nothing else of the plan is in. */
export const witnessIsApart: Proof = (plan) => {
  if (!plan.lease) return [];
  const { witness } = plan.lease;
  const { region } = cloudSiteOf(plan, witness);
  const at = "lease.witness";
  const serving = Object.entries(plan.sites).flatMap(([name, site]) =>
    name !== witness && site.kind === "aws-region" ? [[name, site] as const] : [],
  );
  const shared = serving.filter(([, site]) => site.region === region);
  const copies = vaultsOf(plan).filter((vault) => vault.region === region);
  if (shared.length > 0)
    return [
      {
        ...{ rule: "lease/witness", severity: "error", at },
        message: `losing ${region} takes the witness and ${shared.map(([name]) => `"${name}"`).join(", ")} at once: nobody can take over`,
        arithmetic: `"${witness}" is in ${region}`,
        fix: { sentence: "move the witness to a region that no site serves from" },
      },
    ];
  return [
    {
      ...{ rule: "lease/witness", severity: copies.length > 0 ? "warning" : "info", at },
      message:
        copies.length > 0
          ? `losing ${region} takes the witness and the copy at "${copies[0]?.site}" at once`
          : `no site shares ${region} with the witness`,
      arithmetic: `"${witness}" is in ${region}; sites serve from ${serving.map(([, site]) => site.region).join(", ")}`,
      ...(copies.length > 0 ? { fix: { sentence: "move the witness, or that copy" } } : {}),
    } satisfies Finding,
  ];
};
