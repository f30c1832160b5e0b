/** Runs Pulumi's installer: a program of its own, because the Automation API's call cannot be cancelled. */
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { SemVer } from "semver";

const [root, version] = process.argv.slice(2);
if (!root || !version) throw new Error("usage: pulumi-install FOLDER VERSION");
try {
  await PulumiCommand.install({ root, version: new SemVer(version) });
} catch (error) {
  process.stderr.write(`${(error as Error).message.trim()}\n`);
  process.exitCode = 1;
}
