/** What a wrapped secret is bound to: what was wrapped for one purpose does not open as another's. */
export type KeyContext = Readonly<Record<string, string>>;

/** What a secret is bound to, for people: `plan chat, dataset messages, key data-000001`. */
export const contextWords = (context: KeyContext): string =>
  Object.entries(context)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** Whatever holds a key that wraps secrets: a cloud's key service, or a key pair on paper. */
export interface KeyProvider {
  /** Which kind; decides who can read what it wrapped. */
  readonly kind: "kms" | "age";
  /** Name of its key, for people and for finding what it wrapped: an alias, or a recipient. Never a secret. */
  readonly key: string;
  /** @throws VaultError that names the key */
  wrap(secret: Uint8Array, context: KeyContext): Promise<string>;
  /**
   * @throws VaultError that names the key and never the secret: it is wrong, disabled, not at hand, or the secret was
   *   wrapped for another purpose
   */
  unwrap(wrapped: string, context: KeyContext): Promise<Uint8Array>;
}
