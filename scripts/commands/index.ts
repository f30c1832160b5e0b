import type { CommandModule } from "../command.js";
import { archive } from "./archive.js";
import { audit } from "./audit.js";
import { backup } from "./backup.js";
import { check } from "./check.js";
import { doctor } from "./doctor.js";
import { failover } from "./failover.js";
import { keys } from "./keys.js";
import { legacy } from "./legacy.js";
import { locks } from "./locks.js";
import { plan } from "./plan.js";
import { pod } from "./pod.js";
import { points } from "./points.js";
import { prune } from "./prune.js";
import { rehearse } from "./rehearse.js";
import { repair } from "./repair.js";
import { restore } from "./restore.js";
import { sandbox } from "./sandbox.js";
import { status } from "./status.js";
import { verify } from "./verify.js";

/** Every command, in the order help shows them. */
export const commands: readonly CommandModule[] = [
  check,
  plan,
  status,
  archive,
  backup,
  points,
  verify,
  restore,
  legacy,
  repair,
  prune,
  failover,
  keys,
  locks,
  audit,
  rehearse,
  sandbox,
  doctor,
  pod,
];
