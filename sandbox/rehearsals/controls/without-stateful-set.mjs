// The project's stacks, but for one thing: a standby's has no StatefulSet.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
if (process.env.PULUMI_NODEJS_STACK?.includes("-standby-")) {
  const apps = require("@pulumi/kubernetes/apps/v1/index.js");
  Object.defineProperty(apps, "StatefulSet", { value: class Nothing {}, enumerable: true });
}
const program = await import("../../../stacks/main.mjs");

export default program.default;
