import { expect, test } from "vitest";

import { newestLabel } from "./prepare.js";

const said: string[] = [];
const say = (line: string) => said.push(line);
const stanza = (...labels: string[]) => ({ backups: labels.map((label) => ({ label })) as never });
const points = (...labels: string[]) => labels.map((label) => ({ label }));

test.each<[string, string[], string[], string | undefined]>([
  ["the newest point that the repository has", ["1F", "2F"], ["2F", "1F"], "2F"],
  ["not a backup that was never completed by its entry", ["1F", "2F"], ["1F"], "1F"],
  ["not a point whose backup is gone", ["1F"], ["2F", "1F"], "1F"],
  ["a backup without an entry where there is nothing else", ["1F", "2F"], [], "2F"],
  ["nothing where there is no backup", [], ["1F"], undefined],
])("a takeover restores %s", (_, backups, named, label) => {
  expect(newestLabel(stanza(...backups), points(...named), say)).toBe(label);
});

test("that a backup is taken without an entry is said; no stanza is no backup", () => {
  said.length = 0;
  expect(newestLabel(undefined, points("1F"), say)).toBeUndefined();
  expect(said).toEqual([]);
  newestLabel(stanza("1F"), [], say);
  expect(said).toEqual(["no entry of the chain names a backup that is here; 1F is taken unnamed"]);
});
