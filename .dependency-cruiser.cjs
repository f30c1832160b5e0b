/** Arrows between the rooms of the house; see docs/architecture.md. */
const room = (name) => `^${name}/`;
const tests = "\\.test\\.ts$";

/** Each room with the rooms it may import. What is not listed is forbidden. */
const arrows = {
  plan: [],
  vault: ["plan"],
  engines: ["plan", "vault"],
  components: ["plan"],
  stacks: ["plan", "plans", "components"],
  policy: ["plan"],
  plans: ["plan"],
  sandbox: [],
  scripts: ["plan", "plans", "vault", "engines", "sandbox"],
};
const rooms = Object.keys(arrows);

module.exports = {
  forbidden: [
    ...rooms.map((name) => ({
      name: `${name}-looks-only-where-it-may`,
      severity: "error",
      from: { path: room(name), pathNot: name === "sandbox" ? room("sandbox/rehearsals") : [] },
      to: {
        path: rooms.filter((other) => other !== name && !arrows[name].includes(other)).map(room),
      },
    })),
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "plan-is-pure",
      comment: "No I/O and no Pulumi in the plan: proofs are functions.",
      severity: "error",
      from: { path: room("plan"), pathNot: tests },
      to: { path: ["^node:", "@pulumi", "@aws-sdk"], dependencyTypes: ["core", "npm"] },
    },
    {
      name: "no-dev-dependency-in-product",
      severity: "error",
      from: { pathNot: [tests, "^policy/", "vitest"] },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
