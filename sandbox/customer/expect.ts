import type { Change } from "../app/change.js";
import {
  channelCount,
  loadedChannel,
  loadedMessage,
  loadedReactions,
  type Message,
  type Reaction,
} from "../app/loaded.js";
import { type Content, canonicalRow, canonicalTime, contentOf } from "./canonical.js";
import { changesOf, type Population } from "./operation.js";

/** An operation that took effect. */
export interface Applied {
  readonly lane: number;
  readonly number: number;
  /** When it was issued, from the ledger; ISO 8601, milliseconds. */
  readonly at: string;
}

/**
 * What every table contains after the load and these operations, computed from the seed.
 *
 * Only rows that differ from the load are held: a million loaded rows take seconds and no memory.
 */
export function expectedContent(population: Population, applied: readonly Applied[]): Content {
  const ordered = applied.toSorted((a, b) => a.lane - b.lane || a.number - b.number);
  const state = new Changed(population);
  for (const { lane, number, at } of ordered) {
    for (const change of changesOf(population, lane, number, at)) state.apply(change);
  }
  const { seed, rows } = population;
  return {
    channels: contentOf(rows > 0 ? channels(seed) : []),
    loads: contentOf(rows > 0 ? [canonicalRow([seed, rows])] : []),
    messages: contentOf(state.messages()),
    operations: contentOf(
      ordered.map(({ lane, number, at }) => canonicalRow([lane, number, canonicalTime(at)])),
    ),
    reactions: contentOf(state.reactions()),
  };
}

function* channels(seed: string): Iterable<string> {
  for (let id = 1; id <= channelCount; id += 1) {
    const { name, topic } = loadedChannel(seed, id);
    yield canonicalRow([id, name, topic]);
  }
}

/** A database as its load plus what is different. */
class Changed {
  /** Messages that are not as loaded; null where one is gone. */
  readonly #messages = new Map<number, Message | null>();
  /** All reactions of a message, where they are not as loaded. */
  readonly #reactions = new Map<number, Reaction[]>();

  constructor(readonly population: Population) {}

  apply(change: Change): void {
    const { id } = change;
    const found = this.#message(id);
    switch (change.kind) {
      case "insert": {
        const { channel, author, body, writtenAt } = change;
        this.#messages.set(id, { id, channel, author, body, edits: 0, writtenAt: Date.parse(writtenAt) });
        return;
      }
      case "update":
        if (found) this.#messages.set(id, { ...found, body: change.body, edits: found.edits + 1 });
        return;
      case "delete":
        this.#messages.set(id, null);
        this.#reactions.set(id, []);
        return;
      case "react": {
        const { emoji, author } = change;
        this.#reactions.set(id, [...this.#reactionsOf(id), { message: id, emoji, author }]);
      }
    }
  }

  *messages(): Iterable<string> {
    for (const id of this.#ids(this.#messages)) {
      const message = this.#message(id);
      if (!message) continue;
      const { channel, author, body, edits, writtenAt } = message;
      yield canonicalRow([
        id,
        channel,
        author,
        body,
        edits,
        canonicalTime(new Date(writtenAt).toISOString()),
      ]);
    }
  }

  *reactions(): Iterable<string> {
    for (const id of this.#ids(this.#reactions)) {
      const reactions = this.#reactionsOf(id);
      if (reactions.length > 1)
        reactions.sort((a, b) => byBytes(a.emoji, b.emoji) || byBytes(a.author, b.author));
      for (const { emoji, author } of reactions) yield canonicalRow([id, emoji, author]);
    }
  }

  /** Every id that may have a row, ascending: the loaded ones, then those of the lanes. */
  *#ids(changed: ReadonlyMap<number, unknown>): Iterable<number> {
    const { rows } = this.population;
    for (let id = 1; id <= rows; id += 1) yield id;
    yield* [...changed.keys()].filter((id) => id > rows).sort((a, b) => a - b);
  }

  #message(id: number): Message | null {
    const { seed, rows } = this.population;
    const changed = this.#messages.get(id);
    if (changed !== undefined) return changed;
    return id <= rows ? loadedMessage(seed, id) : null;
  }

  #reactionsOf(id: number): Reaction[] {
    return [...(this.#reactions.get(id) ?? (id <= this.population.rows ? loadedReactions(id) : []))];
  }
}

/** The order of COLLATE "C" with NULLS FIRST. */
function byBytes(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
