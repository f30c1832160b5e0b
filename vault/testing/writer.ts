/** Writes numbered objects into a folder until it is killed: argument 1 is the folder. Says each one it was told is there. */
import { directoryStore } from "../store/directory/directory-store.js";

const store = directoryStore(process.argv[2] ?? "");

async function write(): Promise<void> {
  for (let number = 0; ; number++) {
    const size = 200_000 + number;
    const body = [
      Buffer.alloc(size / 2, number % 251),
      Buffer.alloc(size - Math.floor(size / 2), number % 251),
    ];
    const source = async function* () {
      yield* body;
    };
    const { key, sha256 } = await store.upload(
      `run/${process.pid}/${String(number).padStart(6, "0")}`,
      source(),
    );
    process.stdout.write(`${key} ${sha256}\n`);
  }
}

void write();
