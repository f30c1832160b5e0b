import { expect, test } from "vitest";

import { accepts, findVersion } from "./version.js";

test.each([
  [">=1.6.0", "1.6.20~ds1", true],
  [">=15.0.0", "15.18", true],
  [">=15.0.0", "14.9", false],
  [">=1.36.0 <1.37.0", "1.37.0", false],
  [">=1.36.0 <1.37.0", "1.36.3", true],
  ["1.5.33", "1.5.3", false],
  [">=1.10.0", "1.9.9", false],
  [">=1.0.0", "unknown", false],
])("range %s accepts %s: %s", (range, version, answer) => {
  expect(accepts(range, version)).toBe(answer);
});

test.each([
  ["go version go1.26.8 linux/amd64", "1.26.8"],
  ["nftables v1.0.6 (Lester Gooch #5)", "1.0.6"],
  ["psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18"],
  ["CoreDNS-1.15.0\nlinux/amd64, go1.26.8, ", "1.15.0"],
  ["CNI bridge plugin version unknown", undefined],
])("reads the version out of %j", (output, version) => {
  expect(findVersion(output)).toBe(version);
});
