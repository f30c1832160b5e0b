import { describe, expect, test } from "vitest";

import messenger from "./airgapped-messenger.js";
import invoicing from "./invoicing.js";
import chat from "./kubernetes-chat.js";
import mesh from "./multi-vps.js";
import desk from "./support-desk.js";
import { brokenIn } from "./testing/findings.js";
import { mutantsOf } from "./testing/mutants.js";
import { brokenByOracle } from "./testing/oracle/index.js";

/**
 * Who is right about a changed plan: the proofs, or a simulation and predicates written apart from them?
 *
 * Both are asked of every mutant; they have to name the same rules, places and disasters, and no others.
 */
describe.each([messenger, desk, chat, mesh, invoicing])("$name, changed by somebody in a hurry", (plan) => {
  const mutants = mutantsOf(plan);
  const judged = mutants.map(({ what, plan: changed }) => ({
    what,
    expected: brokenByOracle(changed).toSorted(),
    found: [...new Set(brokenIn(changed))].toSorted(),
  }));

  test("the proofs and the oracle agree about the plan as it is", () => {
    expect(brokenByOracle(plan)).toEqual([]);
    expect(brokenIn(plan)).toEqual([]);
  });

  test("at least 40 mutants, no two the same, 30 % of them harmless and 30 % breaking", () => {
    const breaking = judged.filter(({ expected }) => expected.length > 0).length;
    const harmless = judged.length - breaking;
    process.stdout.write(
      `${plan.name}: ${judged.length} mutants, ${breaking} breaking, ${harmless} harmless\n`,
    );

    expect(new Set(mutants.map(({ plan: changed }) => JSON.stringify(changed))).size).toBeGreaterThanOrEqual(
      40,
    );
    expect(breaking).toBeGreaterThanOrEqual(0.3 * judged.length);
    expect(harmless).toBeGreaterThanOrEqual(0.3 * judged.length);
  });

  test("check names what breaks, by rule, place and disaster, and nothing else", () => {
    expect(judged.map(({ what, found }) => [what, found])).toEqual(
      judged.map(({ what, expected }) => [what, expected]),
    );
  });
});
