/** Arrows between the rooms of the house; see docs/architecture.md. */
const room = (name) => `^${name}/`;
const tests = "(\\.test\\.ts|/testing/.+\\.ts)$";
const worldTests = "(\\.(program|world|long)\\.test\\.ts|/testing/.+\\.ts)$";

/** Each room with the rooms it may import. What is not listed is forbidden. */
const arrows = {
  plan: [],
  vault: ["plan"],
  metrics: [],
  engines: ["plan", "vault"],
  components: ["plan"],
  stacks: ["plan", "plans", "components"],
  policy: ["plan"],
  plans: ["plan"],
  sandbox: [],
  scripts: ["plan", "plans", "vault", "metrics", "engines", "sandbox"],
};
const rooms = Object.keys(arrows);

/** The rooms that a room must not look into, but for some more that its tests may. */
const forbidden = (name, more = []) =>
  rooms.filter((other) => ![name, ...arrows[name], ...more].includes(other)).map(room);

/** What lets disasters happen to plans, and what of it looks at the proofs as well. */
const simulator = "^plan/proofs/simulation/testing/";
const judges = `${simulator}(compare|report|left-out|counted-terms|cares)\\.ts$`;

module.exports = {
  forbidden: [
    ...rooms.map((name) => ({
      name: `${name}-looks-only-where-it-may`,
      severity: "error",
      from: { path: room(name), pathNot: name === "sandbox" ? room("sandbox/rehearsals") : tests },
      to: { path: forbidden(name) },
    })),
    ...rooms
      .filter((name) => name !== "sandbox")
      .flatMap((name) => [
        {
          name: `tests-of-${name}-use-worked-plans-too`,
          severity: "error",
          from: { path: `${room(name)}.*${tests}`, pathNot: worldTests },
          to: { path: forbidden(name, ["plans"]) },
        },
        {
          name: `world-tests-of-${name}-use-the-sandbox-too`,
          severity: "error",
          from: { path: `${room(name)}.*${worldTests}` },
          to: { path: forbidden(name, ["plans", "sandbox"]) },
        },
      ]),
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
      name: "the-simulation-is-independent",
      comment: "It judges the proofs, so it shares no arithmetic with them; what compares the two sees both.",
      severity: "error",
      from: { path: simulator, pathNot: judges },
      to: {
        path: [...rooms.map(room), "node_modules/croner/"],
        pathNot: ["^plan/schema/index\\.ts$", simulator],
      },
    },
    {
      name: "the-simulation-shares-only-types",
      comment: "A generated plan is read by the schema, as any plan is.",
      severity: "error",
      from: { path: simulator, pathNot: [judges, `${simulator}generate\\.ts$`] },
      to: { path: "^plan/schema/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "the-simulation-is-not-told",
      severity: "error",
      from: { path: simulator, pathNot: judges },
      to: { path: judges },
    },
    {
      name: "no-dev-dependency-in-product",
      comment: "The policy pack and the generator of the sandbox's schema are development tools.",
      severity: "error",
      from: { pathNot: [tests, "^policy/", "vitest", "^sandbox/providers/aws/schema/package-types\\.ts$"] },
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
