import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { silent } from "../../../sandbox/progress.js";
import { ensureTools } from "../../../sandbox/toolchain/index.js";

/** A machine with the operating system's programs and nothing else: its root is this one's, copied on write. */
export interface FreshContainer {
  /** Its folder `/restore`, as this machine sees it. */
  readonly folder: string;
  /** Runs a command taken as it stands. */
  run(argv: readonly string[]): Promise<{ readonly exitCode: number; readonly all: string }>;
  remove(): Promise<void>;
}

/** What a container is made with. */
export interface FreshContainerOptions {
  /** Lines of its hosts file: names that this machine does not know. @default none */
  readonly hosts?: readonly string[];
  /** Certificate authority that it trusts beside the usual ones. */
  readonly caFile: string;
  /** Folders that its programs are in. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whom its commands run as: a server does not run as root. @default Debian's nobody */
  readonly user?: { readonly uid: number; readonly gid: number };
}

const nobody = { uid: 65_534, gid: 65_534 };

/** Makes the root, hides node in it, and runs what follows as a user that is not root. */
const script = `
set -eu
made=$1 hosts=$2 ca=$3 folder=$4 uid=$5 gid=$6
shift 6
mount -t tmpfs tmpfs "$made"
mkdir "$made/upper" "$made/work" "$made/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$made/upper,workdir=$made/work" "$made/root"
root=$made/root
mkdir -p "$root/restore"
mount --bind "$folder" "$root/restore"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
cat "$hosts" >"$root/etc/hosts"
cat "$ca" >>"$root/etc/ssl/certs/ca-certificates.crt"
rm -f "$root/usr/bin/node" "$root/usr/local/bin/node"
chmod 1777 "$root/tmp"
exec chroot "$root" setpriv --reuid="$uid" --regid="$gid" --clear-groups -- "$@"
`;

/** Makes a container; its folder `/restore` is empty. Needs root. */
export async function freshContainer(options: FreshContainerOptions): Promise<FreshContainer> {
  const { unshare } = await ensureTools(["unshare", "mount"], silent);
  const { hosts: names = [], user = nobody } = options;
  const dir = await mkdtemp(join(tmpdir(), "secondsite-fresh-"));
  const folder = join(dir, "restore");
  const [root, hosts] = [join(dir, "root"), join(dir, "hosts")];
  await Promise.all([mkdir(root), mkdir(folder, { mode: 0o700 })]);
  await chown(folder, user.uid, user.gid);
  await writeFile(hosts, `127.0.0.1 localhost\n${names.join("\n")}\n`);
  return {
    folder,
    run: async (argv) => {
      const { exitCode, all } = await execa(
        unshare,
        [
          ...["--mount", "--", "sh", "-c", script, "fresh", root, hosts, options.caFile, folder],
          ...[`${user.uid}`, `${user.gid}`, ...argv],
        ],
        {
          ...{ reject: false, all: true, extendEnv: false, cwd: "/" },
          env: {
            PATH: [...options.path, "/usr/sbin", "/usr/bin"].join(":"),
            HOME: "/restore",
            ...options.env,
          },
        },
      );
      return { exitCode: exitCode ?? 1, all };
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
