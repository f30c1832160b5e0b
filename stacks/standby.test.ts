import { expect, test } from "vitest";

import invoicing from "../plans/invoicing.js";
import type { Settings } from "./settings.js";
import { program } from "./standby.js";

const settings = (more: Partial<Settings>): Settings => ({
  ...{ plan: invoicing, role: "standby", site: "ireland" },
  images: { runner: "runner", services: {} },
  ...more,
});

test.each<[string, Partial<Settings>, string]>([
  [
    "a mode of the plan that it does not know",
    {},
    'secondsite:mode must be "pilot-light" or "active", got "warm" from sites.ireland.mode of the plan',
  ],
  [
    "a mode that somebody asks for and it does not know",
    { mode: "hot" },
    'secondsite:mode must be "pilot-light" or "active", got "hot"',
  ],
  [
    "a site that is no standby",
    { site: "frankfurt" },
    'secondsite:site must be a standby of the plan (ireland), got "frankfurt"',
  ],
])("F1: %s is refused, with where it stands and what would be right", (_, given, message) => {
  expect(() => program(settings(given))).toThrow(expect.objectContaining({ message }));
});
