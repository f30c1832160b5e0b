import { expect, test } from "vitest";

import type { PatchStep } from "../finding.js";
import { patchFails, said, smallPlan } from "./small-plan.js";

/** A change that breaks a rule, and what is then found. */
export interface Example {
  readonly what: string;
  readonly change: readonly PatchStep[];
  readonly finds: `${"error" | "warning"} ${string} at ${string}`;
  /** Part of the message. */
  readonly says: string;
  /** Whether only people can mend it. */
  readonly byPeople?: true;
}

/** Tests that each example is found with arithmetic and fix, and that its patch mends it without breaking anything. */
export function testExamples(examples: readonly Example[]): void {
  test.each(examples)("$what", ({ change, finds, says, byPeople }) => {
    const plan = smallPlan(...change);
    const [, severity, rule = "", at] = /^(\S+) (\S+) at (.*)$/.exec(finds) ?? [];
    const there = said(plan, rule);
    const found = there.find((each) => each.severity === severity && each.at === at);

    expect(found?.message, JSON.stringify(there)).toContain(says);
    expect(found?.arithmetic).toBeTruthy();
    expect(found?.fix?.sentence).toBeTruthy();
    if (found) expect(patchFails(plan, found)).toEqual(byPeople ? ["it has no patch"] : []);
  });
}
