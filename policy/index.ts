import { PolicyPack } from "@pulumi/policy";

import { cronJobsBounded } from "./rules/cron-jobs-bounded.js";
import { failoverChecked } from "./rules/failover-checked.js";
import { keysOutliveMistakes } from "./rules/keys-outlive-mistakes.js";
import { noForceDestroy } from "./rules/no-force-destroy.js";
import { noPublicBucket } from "./rules/no-public-bucket.js";
import { vaultProtected } from "./rules/vault-protected.js";
import { workloadTrustPinned } from "./rules/workload-trust-pinned.js";

/** Every rule is mandatory: `pulumi preview --policy-pack policy` fails where one is broken. */
new PolicyPack("secondsite", {
  enforcementLevel: "mandatory",
  policies: [
    noPublicBucket,
    vaultProtected,
    noForceDestroy,
    keysOutliveMistakes,
    cronJobsBounded,
    workloadTrustPinned,
    failoverChecked,
  ],
});
