import { categories } from "../datasets.js";
import { keyAlias } from "../names.js";
import { domainsOf, primarySite } from "../sites.js";
import { vaultsOf } from "../vaults.js";
import type { Finding, Proof } from "./finding.js";

/** Each category has a key of its own, in every region that holds a copy; a multi-region key stays in one account. */
export const keyPerCategory: Proof = (plan) => {
  const home = domainsOf(plan, primarySite(plan));
  return categories(plan).flatMap((category) => {
    const vaults = vaultsOf(plan).filter((vault) => vault.category === category);
    const elsewhere = vaults.filter(({ site }) => domainsOf(plan, site).account !== home.account);
    const regions = [...new Set(vaults.map(({ region }) => region))];
    return [
      ...elsewhere.map(
        ({ site }): Finding => ({
          ...{ rule: "keys/account", severity: "error", at: `sites.${site}.account` },
          message: `what "${site}" holds of category "${category}" cannot be read with its key`,
          arithmetic: `${keyAlias(plan, category)} is a multi-region key of account ${home.account}; a replica in ${domainsOf(plan, site).account} is not possible`,
          fix: {
            sentence: `use account ${home.account}, until copies in another account have their own key`,
          },
        }),
      ),
      {
        ...{ rule: "keys/category", severity: "info", at: "datasets" },
        message: `category "${category}" has its own key in ${regions.join(", ")}`,
        arithmetic: `${keyAlias(plan, category)}, in each of the ${regions.length} regions that hold a copy`,
      } satisfies Finding,
    ];
  });
};
