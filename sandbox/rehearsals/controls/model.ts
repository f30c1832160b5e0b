import type { GoodDay, ScenarioName } from "../model.js";

/** Something that is broken on purpose: a rehearsal that passes all the same measures nothing. */
export interface Control {
  readonly scenario: ScenarioName;
  /** Program of the stacks instead of the project's own; path from the project's root. */
  readonly program?: string;
  /** On the good day, before the moment of the fault is waited for. */
  readonly beforeFault?: (day: GoodDay) => Promise<void>;
  /** Right after the fault. */
  readonly afterFault?: (day: GoodDay) => Promise<void>;
  /** After the standby's database was promoted, before its content is verified. */
  readonly beforeVerification?: (day: GoodDay) => Promise<void>;
}
