import { expect, test } from "vitest";

import { said } from "./testing/said.js";

test.each(["7d", "30d", "168h", "2w"])("KMS waits %s before it deletes a key", (deletionWindow) => {
  expect(said({ keys: { deletionWindow } })).toEqual([]);
});

test.each(["6d", "31d", "36h", "180h"])("KMS does not wait %s", (deletionWindow) => {
  expect(said({ keys: { deletionWindow } })).toEqual([
    `keys.deletionWindow: KMS waits 7 to 30 whole days before it deletes a key, got "${deletionWindow}"`,
  ]);
});

test("age has no window to keep", () => {
  expect(said({ keys: { provider: "age", deletionWindow: "1d" } })).toEqual([]);
});

test("D13: a key is of a category that a dataset has, at sites that there are", () => {
  expect(said({ keys: { categories: { scans: { at: ["home", "moon"] }, letters: {} } } })).toEqual([
    'keys.categories.scans.at[1]: no site is called "moon"; there are: home, rented, store, shelf',
    'keys.categories.letters: no dataset\'s category is called "letters"; there are: scans',
  ]);
});

test("keys that are shared in a circle belong to nobody", () => {
  const datasets = Object.fromEntries(
    ["a", "b"].map((name) => [name, { kind: "files", at: "home", category: name, backups: [] }]),
  );
  const categories = { a: { sharedWith: "b" }, b: { sharedWith: "a" } };

  expect(said({ datasets, services: {}, keys: { categories } })).toEqual([
    "keys.categories.b.sharedWith: keys are shared in a circle: a -> b -> a; one category has to have the key",
  ]);
});

test("two holders of the recovery key are two people", () => {
  expect(said({ keys: { recovery: { holders: ["ada", "ada"] } } })).toEqual([
    'keys.recovery.holders[1]: "ada" is named twice',
  ]);
});
