import { type S3Client, S3ServiceException } from "@aws-sdk/client-s3";

/** How stores say that credentials were good and are no more. */
const codes = ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"];

/**
 * Has a client ask for its credentials once more, and repeat the request, when a store says that they have expired: the
 * SDK goes by the date that came with them, and a clock or a revocation may know better. A second such answer is the error.
 */
export function renewExpired(client: S3Client): void {
  let renewing: Promise<unknown> | undefined;
  const renewed = () => {
    // Parts that are on the way side by side are told so side by side.
    renewing ??= client.config.credentials({ forceRefresh: true }).finally(() => {
      renewing = undefined;
    });
    return renewing;
  };
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!(error instanceof S3ServiceException) || !codes.includes(error.name)) throw error;
        await renewed();
        return next(args);
      }
    },
    // Outside of everything else, so that the repetition is signed anew.
    { step: "initialize", name: "renewExpired", priority: "high" },
  );
}
