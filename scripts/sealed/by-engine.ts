import { requireAnswer } from "../../engines/asked.js";
import type { Run, Verdict } from "../../engines/engine.js";
import { logicalEngine } from "../../engines/postgres-logical/index.js";
import { backendPlace, openBackend, stateEngine } from "../../engines/pulumi-state/index.js";
import { captureSealed, type SealedCapture, type SealedPoint } from "../../engines/sealed/capture.js";
import type { FoundPoint } from "../../engines/sealed/points.js";
import { verifySealed } from "../../engines/sealed/verify.js";
import { bytes, type Plan } from "../../plan/index.js";
import type { VerificationLevel } from "../../vault/index.js";
import { connectionFrom } from "./connection.js";
import type { Dump, Sealed, StateCopy } from "./kept.js";

/** What commands do differently for each engine. */

/** Where and as what a point is captured. */
type Capture = Omit<SealedCapture<never, never>, "engine" | "source">;

/**
 * Makes ready to capture: what it is captured from is found, a server asked whether it answers, and nothing is read yet.
 *
 * @throws EngineError (2) when nobody says where that is; (3) when the server does not answer
 */
export async function capturing(
  plan: Plan,
  sealed: Sealed,
): Promise<(capture: Capture, run: Run) => Promise<SealedPoint>> {
  if (sealed.engine === "pulumi-state") {
    const source = backendOf(plan, sealed.spec);
    return (capture, run) => captureSealed({ ...capture, engine: stateEngine, source }, run);
  }
  const { spec, backup } = sealed;
  const source = {
    ...{ address: await connectionFrom(spec.database, process.env), as: backup.as },
    ...(backup.parallel ? { parallel: sideBySide(backup.parallel) } : {}),
  };
  await requireAnswer(source.address);
  return (capture, run) => captureSealed({ ...capture, engine: logicalEngine(), source }, run);
}

/** How tables are dumped at once. What is in flight when the server is made to wait comes on top of the limit. */
const sideBySide = ({ jobs, staging }: NonNullable<Dump["backup"]["parallel"]>) => ({
  jobs,
  staging: Math.floor(bytes(staging) * 0.75),
});

/** Verifies a point by the engine that took it. */
export const verifying = (
  engine: Sealed["engine"],
  found: FoundPoint,
  level: VerificationLevel,
  run: Run,
): Promise<Verdict> =>
  engine === "pulumi-state"
    ? verifySealed(found, stateEngine, level, run)
    : verifySealed(found, logicalEngine(), level, run);

/** The backend that a plan says Pulumi's state is in. */
function backendOf(plan: Plan, { source, at }: StateCopy["spec"]) {
  return openBackend(
    backendPlace(source.reference, `source.reference "${source.reference}"`),
    regionOf(plan, at),
  );
}

/** Where a bucket is looked for whose address names no region. */
export function regionOf({ sites }: Plan, at: string): string {
  const site = sites[at];
  return site?.kind === "aws-region" ? site.region : "us-east-1";
}
