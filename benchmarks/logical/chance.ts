/** A stream of numbers that is the same on every machine (xorshift with 32 bits). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  }

  /** A whole number from 0 up to, but not including, `below`. */
  number(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % below;
  }

  /** One of a thousand made-up words, the first ones more often, as in any language. */
  word(): string {
    return words[this.number(1 + this.number(words.length))] ?? "";
  }

  /** Words with spaces between. */
  prose(length: number): string {
    let text = this.word();
    for (let nr = 1; nr < length; nr += 1) text += ` ${this.word()}`;
    return text;
  }

  /** A moment of 2024 or 2025, as PostgreSQL reads it. */
  moment(): string {
    const milliseconds = Date.UTC(2024, 0) + this.number(63_072_000) * 1_000 + this.number(1_000);
    return new Date(milliseconds).toISOString().replace("Z", "+00");
  }

  /** Hexadecimal digits. */
  hex(length: number): string {
    let text = "";
    while (text.length < length) text += (this.number(2 ** 28) + 2 ** 28).toString(16).slice(1);
    return text.slice(0, length);
  }
}

const syllables = [
  "ba",
  "re",
  "lo",
  "min",
  "ta",
  "ver",
  "su",
  "ken",
  "dor",
  "i",
  "al",
  "po",
  "chi",
  "nes",
  "um",
  "gra",
];
const words = Array.from({ length: 1_000 }, (_, nr) =>
  [nr % 16, Math.floor(nr / 16) % 16, ...(nr > 255 ? [Math.floor(nr / 64) % 16] : [])]
    .map((at) => syllables[at])
    .join(""),
);
