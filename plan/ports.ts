/** Where a database's Pod answers: stacks open these ports, engines listen there, health checks and commands ask. */
export const ports = {
  /** The lease keeper: probes, status, and the endpoint that DNS checks. */
  keeper: 8008,
  /** pgBackRest's TLS server. */
  pgbackrest: 8432,
  postgres: 5432,
} as const;
