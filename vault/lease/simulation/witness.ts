import type { LeaseStore } from "../store.js";
import type { Timeline } from "./timeline.js";

/** How the network treats one request. */
export interface Passage {
  /** True milliseconds until it arrives; undefined when it never does. */
  readonly there: number | undefined;
  /** True milliseconds until its answer is back; undefined when it never is. */
  readonly back: number | undefined;
}

/** The simulated bucket: one object, conditional writes, every write told to whoever listens. */
export class Witness {
  #object: { readonly etag: string; readonly text: string } | undefined;
  #writes = 0;

  constructor(
    readonly timeline: Timeline,
    readonly landed: (text: string) => void,
  ) {}

  /** What is stored now. */
  get text(): string | undefined {
    return this.#object?.text;
  }

  /**
   * The bucket as one process reaches it.
   *
   * @param passage decides each request's fate as it is sent. @param reaches whether the site does, now.
   * @param answered runs an answer once the process can take it.
   */
  seenBy(
    passage: (kind: "get" | "put") => Passage,
    reaches: () => boolean,
    answered: (call: () => void) => void,
  ): LeaseStore {
    const send = <T>(kind: "get" | "put", work: () => T, signal: AbortSignal | undefined): Promise<T> =>
      new Promise((resolve, reject) => {
        const { there, back } = passage(kind);
        const giveUp = () => {
          this.timeline.settling();
          reject(new Error("given up"));
        };
        signal?.addEventListener("abort", giveUp, { once: true });
        if (there === undefined || !reaches()) {
          if (this.timeline.random() < 0.5)
            this.#soon(() => answered(() => reject(new Error("connection refused"))));
          return;
        }
        this.timeline.at(this.timeline.now + there, () => {
          // A packet that left before the link went down may still be on its way behind the break.
          const answer = work();
          if (back === undefined || !reaches()) return;
          this.timeline.at(this.timeline.now + back, () => answered(() => resolve(answer)));
        });
      });
    return {
      get: (signal) =>
        send("get", () => (this.#object ? { kind: "present", ...this.#object } : { kind: "absent" }), signal),
      put: (text, condition, signal) =>
        send(
          "put",
          () => {
            const { ifMatch, ifNoneMatch } = condition as { ifMatch?: string; ifNoneMatch?: string };
            if (ifMatch !== undefined && this.#object?.etag !== ifMatch) return { kind: "conflict" };
            if (ifNoneMatch !== undefined && this.#object) return { kind: "conflict" };
            this.#writes += 1;
            this.#object = { etag: `"${this.#writes}"`, text };
            this.landed(text);
            return { kind: "stored", etag: this.#object.etag };
          },
          signal,
        ),
    };
  }

  #soon(call: () => void): void {
    this.timeline.at(this.timeline.now + 20, call);
  }
}
