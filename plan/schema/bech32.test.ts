import { expect, test } from "vitest";

import { hasBech32Checksum } from "./bech32.js";

const recipient = "age12p5c8c5ajkyyh3hdnsalqyjvft55vp6c3fld826g0fr0zjcwr5fqv60du6";

test("a recipient that age-keygen printed has its checksum", () => {
  expect(hasBech32Checksum(recipient)).toBe(true);
});

test("one letter changed, two swapped, one left out, another prefix: none has it", () => {
  for (let at = 4; at < recipient.length; at += 1) {
    const [before, letter, after] = [recipient.slice(0, at), recipient[at] ?? "", recipient.slice(at + 1)];
    const swapped = before + (after[0] ?? "") + letter + after.slice(1);
    expect(hasBech32Checksum(before + (letter === "q" ? "p" : "q") + after)).toBe(false);
    expect(hasBech32Checksum(before + after)).toBe(false);
    if (after[0] !== undefined && after[0] !== letter) expect(hasBech32Checksum(swapped)).toBe(false);
  }
  expect(hasBech32Checksum(recipient.replace("age", "agf"))).toBe(false);
  expect(hasBech32Checksum("no separator")).toBe(false);
});
