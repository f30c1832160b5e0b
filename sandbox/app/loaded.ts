import { createHash } from "node:crypto";

/** Channels of a loaded database. */
export const channelCount = 16;
/** Every so many messages one has a reaction. */
export const reactionEvery = 10;

/** A row of `channels`. */
export interface Channel {
  readonly id: number;
  readonly name: string;
  readonly topic: string | null;
}

/** A row of `messages`. */
export interface Message {
  readonly id: number;
  readonly channel: number;
  readonly author: string;
  readonly body: string;
  readonly edits: number;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

/** A row of `reactions`. */
export interface Reaction {
  readonly message: number;
  readonly emoji: string;
  readonly author: string | null;
}

// What follows says the same as the SQL of `load.ts`: the content of a row is a function of seed and number,
// so nobody has to remember a million rows to know what they are.

/** The channel that a load with this seed creates under this id. */
export function loadedChannel(seed: string, id: number): Channel {
  return { id, name: `channel-${id}`, topic: id % 4 === 0 ? null : md5(`${seed}/channel/${id}`) };
}

/** The message that a load with this seed creates under this id. */
export function loadedMessage(seed: string, id: number): Message {
  return {
    id,
    channel: 1 + (id % channelCount),
    author: `user-${(id * 7919) % 1000}`,
    body: `message ${id} ${md5(`${seed}/${id}`)}`,
    edits: 0,
    writtenAt: (1_700_000_000 + id) * 1000,
  };
}

/** The reactions that a load creates for a message. */
export function loadedReactions(message: number): Reaction[] {
  if (message % reactionEvery !== 0) return [];
  return [
    {
      message,
      emoji: message % 3 === 0 ? "🎉" : "+1",
      author: message % 7 === 0 ? null : `user-${message % 1000}`,
    },
  ];
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
