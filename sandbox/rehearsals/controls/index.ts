import { SandboxInputError } from "../../errors.js";
import type { ScenarioName } from "../model.js";
import { archivingOff } from "./archiving-off.js";
import { byteChanged } from "./byte-changed.js";
import { keeperDisabled } from "./keeper-disabled.js";
import type { Control } from "./model.js";
import { repositoryDamaged } from "./repository-damaged.js";
import { statefulSetRemoved } from "./stateful-set-removed.js";

export type { Control } from "./model.js";

const controls = {
  "archiving-off": archivingOff,
  "byte-changed": byteChanged,
  "keeper-disabled": keeperDisabled,
  "repository-damaged": repositoryDamaged,
  "statefulset-removed": statefulSetRemoved,
} as const satisfies Readonly<Record<string, Control>>;

export type ControlName = keyof typeof controls;
export const controlNames = Object.keys(controls) as readonly ControlName[];

/** Finds a control; without a name nothing is broken. @throws SandboxInputError when it belongs to another scenario */
export function controlOf(name: ControlName | undefined, scenario: ScenarioName): Control {
  if (name === undefined) return { scenario };
  const found: Control = controls[name];
  if (found.scenario === scenario) return found;
  throw new SandboxInputError(
    `control "${name}" belongs to scenario "${found.scenario}", got "${scenario}"`,
    `--scenario ${found.scenario}`,
  );
}
