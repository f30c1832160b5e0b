import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

import { backupClient } from "./pgbackrest-config.js";

/** PEM texts of one dataset's own authority and what it vouches for. */
export interface DatasetCertificates {
  readonly "ca.crt": string;
  readonly "server.crt": string;
  readonly "server.key": string;
  readonly "client.crt": string;
  readonly "client.key": string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const years = (count: number) => new Date(Date.now() + count * 31_536_000_000);

/**
 * Makes certificates for a server and for the backup jobs that reach it. The authority's key is not kept:
 * replacing certificates means a new authority, distributed in the same Secret.
 *
 * @param hosts every DNS name and address by which the server is reached
 */
export async function makeCertificates(
  dataset: string,
  hosts: readonly string[],
): Promise<DatasetCertificates> {
  x509.cryptoProvider.set(webcrypto as never);
  const authority = await keyPair();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${dataset} authority`,
    keys: authority,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 3_600_000),
    notAfter: years(10),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const issue = async (commonName: string, names: readonly string[]) => {
    const keys = await keyPair();
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${commonName}`,
      issuer: ca.subject,
      publicKey: keys.publicKey,
      signingKey: authority.privateKey,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: years(10),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        // pgBackRest looks for an address among the names.
        new x509.SubjectAlternativeNameExtension(
          names.flatMap((value) => [
            { type: "dns" as const, value },
            ...(isIP(value) ? [{ type: "ip" as const, value }] : []),
          ]),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      ],
    });
    const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
  };
  const server = await issue(dataset, hosts);
  const client = await issue(backupClient, [backupClient]);
  return {
    "ca.crt": ca.toString("pem"),
    "server.crt": server.certificate,
    "server.key": server.key,
    "client.crt": client.certificate,
    "client.key": client.key,
  };
}

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}
