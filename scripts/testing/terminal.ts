import { AsyncLocalStorage } from "node:async_hooks";
import { vi } from "vitest";

import { run } from "../entry.js";

/** What a command answered. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Where somebody types commands. */
export interface Terminal {
  /** Runs a command in this process; several may run at once. */
  secondsite(...args: string[]): Promise<Answer>;
  /** Gives the process its output back. */
  close(): void;
}

/** What the command says that is running here, however many there are. */
const said = new AsyncLocalStorage<{ out: string; err: string }>();

/** Takes what commands put out, until it is closed; what tests themselves say is printed. */
export function openTerminal(): Terminal {
  const written = [listen("stdout", "out"), listen("stderr", "err")];
  return {
    async secondsite(...args) {
      const texts = { out: "", err: "" };
      const code = await said.run(texts, () => run(["node", "secondsite", ...args]));
      return { code, ...texts };
    },
    close() {
      for (const spy of written) spy.mockRestore();
    },
  };
}

function listen(stream: "stdout" | "stderr", as: "out" | "err") {
  const write = process[stream].write.bind(process[stream]);
  return vi.spyOn(process[stream], "write").mockImplementation((text) => {
    const command = said.getStore();
    if (!command) return write(text);
    command[as] += String(text);
    return true;
  });
}
