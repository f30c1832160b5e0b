import { expect, test } from "vitest";

import lock from "./package-lock.json" with { type: "json" };

interface Package {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test("npm ci works everywhere: the lock file holds packages of every platform, also those no machine of ours installs", () => {
  const packages: Readonly<Record<string, Package>> = lock.packages;
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});
