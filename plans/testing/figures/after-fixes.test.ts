import { expect, test } from "vitest";

import { afterFixes } from "./after-fixes.js";
import { axisOf } from "./axis.js";
import { thresholdsAlong } from "./thresholds.js";

test.each(afterFixes)("$what", ({ plan, finding, place, most }) => {
  const inside = Math.floor(most);

  expect(thresholdsAlong(axisOf(plan, place), [inside, inside + 1])).toMatchObject({
    [finding]: [`up to ${inside}`],
  });
});
