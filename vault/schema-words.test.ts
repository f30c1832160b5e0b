import { expect, test } from "vitest";
import { z } from "zod";

import { schemaWords } from "./schema-words.js";

const schema = z.strictObject({ parts: z.array(z.object({ sha256: z.string(), bytes: z.number() })) });
const words = (value: unknown): string => {
  const { error } = schema.safeParse(value);
  return error ? schemaWords(error) : "nothing";
};

test("what a schema does not like is one line, with the place of each fault", () => {
  expect(words({ parts: [{ sha256: 1, bytes: "2" }] })).toBe(
    "parts[0].sha256: Invalid input: expected string, received number; parts[0].bytes: Invalid input: expected number, received string",
  );
  expect(words("text")).toBe("Invalid input: expected object, received string");
  expect(words({ parts: [], more: 1 })).toBe('Unrecognized key: "more"');
});

test("of many faults the first three are named, and how many more there are", () => {
  expect(words({ parts: [{}, {}] })).toMatch(/^(parts\[\d\]\.\w+: [^;]+; ){3}and 1 more$/);
});
