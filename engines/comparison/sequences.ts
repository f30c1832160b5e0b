import type pg from "pg";

/** Where a sequence stands. */
export interface SequenceState {
  /** A decimal number: it may exceed what JavaScript counts. */
  readonly value: string;
  /** Whether the value was handed out already. */
  readonly called: boolean;
  /** Step; negative in a descending sequence. */
  readonly step: string;
}

/**
 * Where every sequence stands, by name. Sequences belong to no snapshot: PostgreSQL shows their newest value to all.
 */
export async function sequencesOf(client: pg.Client): Promise<Record<string, SequenceState>> {
  const { rows } = await client.query<{ name: string; step: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, s.seqincrement::text AS step
       FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_temp'
        AND NOT EXISTS (SELECT FROM pg_depend d
                         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY 1`,
  );
  const states: Record<string, SequenceState> = {};
  for (const { name, step } of rows) {
    const { rows: found } = await client.query<{ value: string; called: boolean }>(
      `SELECT last_value::text AS value, is_called AS called FROM ${name}`,
    );
    for (const { value, called } of found) states[name] = { value, called, step };
  }
  return states;
}

/** Whether a sequence stands where another stood, or further on in its own direction. */
export function hasReached(state: SequenceState, least: SequenceState): boolean {
  const [now, then] = [BigInt(state.value), BigInt(least.value)];
  if (now === then) return state.called || !least.called;
  return BigInt(least.step) > 0n ? now > then : now < then;
}
