/** Something that looks at what streams by. */
export interface Watcher {
  /** @throws when it does not understand what it sees */
  add(bytes: Buffer): void;
}

/** A stream that somebody looks at: who does not understand it sees no more of it, and the stream goes on. */
export class Watched {
  readonly #watcher: Watcher;
  #failure: unknown;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  /** Why it was not understood; undefined when it was. */
  get failure(): unknown {
    return this.#failure;
  }

  async *through(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      if (this.#failure === undefined) this.#show(chunk);
      yield chunk;
    }
  }

  #show(chunk: Buffer): void {
    try {
      this.#watcher.add(chunk);
    } catch (error) {
      this.#failure = error;
    }
  }
}
