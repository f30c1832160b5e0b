import { randomInt } from "node:crypto";

/**
 * An address of the loopback network that nobody else on this machine has: servers under test listen there on ports of
 * their choice. A port that was free a moment ago may be somebody's own by the time a server wants it, as every
 * connection takes one.
 */
export const ownLoopbackAddress = (): string =>
  `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
