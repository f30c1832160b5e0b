import { AsyncLocalStorage } from "node:async_hooks";
import { vi } from "vitest";

import { run } from "../entry.js";

/** What a command answered. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Whoever types commands: what each of them says is kept apart, however many run at once. */
export interface CommandLine {
  run(...args: string[]): Promise<Answer>;
  /** Gives the process its own output back. */
  end(): void;
}

/** What the command says that is running here. */
const said = new AsyncLocalStorage<{ out: string; err: string }>();

/** Takes over what this process writes. */
export function commandLine(): CommandLine {
  const spies = [listen("stdout", "out"), listen("stderr", "err")];
  return {
    async run(...args) {
      const texts = { out: "", err: "" };
      const code = await said.run(texts, () => run(["node", "secondsite", ...args]));
      return { code, ...texts };
    },
    end() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

function listen(stream: "stdout" | "stderr", as: "out" | "err") {
  return vi.spyOn(process[stream], "write").mockImplementation((text) => {
    const command = said.getStore();
    if (command) command[as] += String(text);
    return true;
  });
}
