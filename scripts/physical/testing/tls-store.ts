import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

import { makeCertificates } from "../../../engines/postgres/certificates.js";
import { silent } from "../../../sandbox/progress.js";
import { ownLoopbackAddress } from "../../../sandbox/testing/loopback.js";
import { ensureTools } from "../../../sandbox/toolchain/index.js";
import { testCredentials } from "../../../vault/testing/backends.js";

/** MinIO behind TLS, as somebody's own authority vouches for it. */
export interface TlsStore extends AsyncDisposable {
  readonly endpoint: string;
  /** File with the authority. */
  readonly authority: string;
}

/** Starts it; it answers soon. */
export async function startTlsStore(): Promise<TlsStore> {
  const { minio } = await ensureTools(["minio"], silent);
  const folder = await mkdtemp(join(tmpdir(), "ss-tls-"));
  const address = ownLoopbackAddress();
  const made = await makeCertificates("store", [address]);
  await mkdir(join(folder, "certs"));
  await writeFile(join(folder, "certs/public.crt"), made["server.crt"]);
  await writeFile(join(folder, "certs/private.key"), made["server.key"], { mode: 0o600 });
  const authority = join(folder, "authority.crt");
  await writeFile(authority, made["ca.crt"]);
  const args = ["server", "--quiet", "--address", `${address}:9000`, "--certs-dir", join(folder, "certs")];
  const child = execa(minio, [...args, join(folder, "data")], {
    reject: false,
    env: {
      HOME: folder,
      MINIO_ROOT_USER: testCredentials.accessKeyId,
      MINIO_ROOT_PASSWORD: testCredentials.secretAccessKey,
      ...{ MINIO_BROWSER: "off", MINIO_UPDATE: "off", MINIO_CI_CD: "1" },
    },
  });
  return {
    endpoint: `https://${address}:9000`,
    authority,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
