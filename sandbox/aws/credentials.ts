/** Account that the sandbox's root credentials belong to; the account of every ARN made with them. */
export const accountId = "000000000000";

/**
 * Credentials of the sandbox's account root.
 *
 * They open nothing but a sandbox; they are constants so that every world accepts the same ones.
 */
export const rootCredentials = {
  accessKeyId: "AKIASANDBOXROOT00000",
  secretAccessKey: "sandbox-root-secret-access-key-0000000000",
} as const;
