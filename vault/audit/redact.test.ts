import { expect, test } from "vitest";

import { withoutSecrets } from "./redact.js";

const token = ["eyJhbGciOiJSUzI1NiJ9", "eyJzdWIiOiJzeXN0ZW0ifQ", "c2lnbmF0dXJl"].join(".");

test.each([
  ["connecting to postgres://app:hunter2@db:5432/chat failed", "postgres://app:***@db:5432/chat"],
  ["pg_dump: password=hunter2 host=db", "password=*** host=db"],
  ['{"secretAccessKey": "hunter2", "region": "x"}', '"region": "x"'],
  [`token was refused: ${token}`, "token was refused"],
  [`Authorization: Bearer hunter2`, "Bearer ***"],
  ["identity AGE-SECRET-KEY-1HUNTER2 does not open it", "identity *** does not open it"],
  ["https://b.s3.amazonaws.com/k?X-Amz-Signature=hunter2&X-Amz-Date=20260501", "X-Amz-Date=20260501"],
  ["-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\nwas refused", "was refused"],
])("%j loses its secret and nothing else", (message, kept) => {
  const shown = withoutSecrets(message, {});

  expect(shown).not.toMatch(/hunter2|eyJ/i);
  expect(shown).toContain(kept);
});

test("values of variables that are named like secrets are hidden wherever they stand", () => {
  const environment = {
    PGPASSWORD: "correct horse",
    AWS_SECRET_ACCESS_KEY: "battery-staple",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/token",
    SECRET: "no",
    HOME: "/home/ada",
  };
  expect(withoutSecrets("correct horse battery-staple /var/run/token /home/ada no", environment)).toBe(
    "*** *** /var/run/token /home/ada no",
  );
});

test("a message without secrets stays as it is, cut where it is endless", () => {
  const message = '"messages" was not captured at 1 of 2 copies: oregon: HTTP 503';

  expect(withoutSecrets(message, {})).toBe(message);
  expect(withoutSecrets("x".repeat(9_999), {})).toHaveLength(2_001);
});
