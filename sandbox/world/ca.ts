// tsyringe, which @peculiar/x509 uses, needs it before that is loaded.
import "reflect-metadata";

import { webcrypto } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";

import * as x509 from "@peculiar/x509";
import lockfile from "proper-lockfile";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;
/** A CA this close to its end is replaced. */
const renewBefore = 30 * day;

/** A certificate authority with its key. */
export interface Ca {
  /** Its certificate, PEM. */
  readonly certFile: string;
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** What a certificate is issued for. */
export interface Leaf {
  readonly commonName: string;
  /** Kubernetes reads a client's groups from here. @default none */
  readonly organization?: string;
  /** DNS names; a leading `*.` is a wildcard for one label. @default none */
  readonly names?: readonly string[];
  /** IP addresses. @default none */
  readonly addresses?: readonly string[];
  /** Folder for `<file>.crt` and `<file>.key`; made when missing, mode 700. */
  readonly dir: string;
  /** Base of the file names. @default `commonName` with everything but letters, digits, `.` and `-` as `_` */
  readonly file?: string;
}

/** Where an issued certificate and its key are. */
export interface Certificate {
  readonly certFile: string;
  /** PKCS #8 PEM, mode 600. */
  readonly keyFile: string;
}

/**
 * Opens the CA kept in `dir`, or makes one (ECDSA P-256, ten years, mode 600).
 *
 * Runs side by side get the same CA. One that ends within 30 days is replaced.
 */
export async function ensureCa(dir: string, commonName = "Secondsite sandbox CA"): Promise<Ca> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const release = await lockfile.lock(dir, { retries: { retries: 40, minTimeout: 50, maxTimeout: 500 } });
  try {
    return (await openCa(dir)) ?? (await makeCa(dir, commonName));
  } finally {
    await release();
  }
}

/** Issues a certificate for a server and client, valid one year from yesterday (clocks differ). */
export async function issue(ca: Ca, leaf: Leaf): Promise<Certificate> {
  const { commonName, organization, names = [], addresses = [], dir } = leaf;
  const bad = addresses.filter((address) => isIP(address) === 0);
  if (bad.length > 0) throw new TypeError(`issue: addresses must be IP addresses, got ${bad.join(", ")}`);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [commonName] }, ...(organization ? [{ O: [organization] }] : [])],
    issuer: ca.certificate.subject,
    notBefore: new Date(now - day),
    notAfter: new Date(now + 365 * day),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: ca.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      ...(names.length + addresses.length > 0
        ? [
            new x509.SubjectAlternativeNameExtension([
              ...names.map((value) => ({ type: "dns" as const, value })),
              ...addresses.map((value) => ({ type: "ip" as const, value })),
            ]),
          ]
        : []),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(ca.certificate),
    ],
  });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const base = join(dir, leaf.file ?? commonName.replaceAll(/[^A-Za-z0-9.-]/g, "_"));
  const files = { certFile: `${base}.crt`, keyFile: `${base}.key` };
  await writeFile(files.keyFile, await pem(keys.privateKey), { mode: 0o600 });
  await writeFile(files.certFile, `${certificate.toString("pem")}\n`);
  return files;
}

async function makeCa(dir: string, commonName: string): Promise<Ca> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    notBefore: new Date(now - day),
    notAfter: new Date(now + 3650 * day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const certFile = join(dir, "ca.crt");
  // The certificate comes last: a run cut short in between starts over.
  await replace(join(dir, "ca.key"), await pem(keys.privateKey));
  await replace(certFile, `${certificate.toString("pem")}\n`);
  return { certFile, certificate, key: keys.privateKey };
}

async function openCa(dir: string): Promise<Ca | undefined> {
  const certFile = join(dir, "ca.crt");
  const [certificatePem, keyPem] = await Promise.all([
    readIfThere(certFile),
    readIfThere(join(dir, "ca.key")),
  ]);
  if (certificatePem === undefined || keyPem === undefined) return undefined;
  const certificate = new x509.X509Certificate(certificatePem);
  if (certificate.notAfter.getTime() < Date.now() + renewBefore) return undefined;
  const der = x509.PemConverter.decodeFirst(keyPem);
  const key = await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
  return { certFile, certificate, key };
}

async function pem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function readIfThere(file: string): Promise<string | undefined> {
  return await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}
