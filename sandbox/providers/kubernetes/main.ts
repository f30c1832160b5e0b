import kubernetes from "@pulumi/kubernetes/package.json" with { type: "json" };

import { serve } from "../protocol/index.js";
import { kubernetesProvider } from "./program.js";

await serve(kubernetesProvider(kubernetes.version), process.argv.slice(2));
