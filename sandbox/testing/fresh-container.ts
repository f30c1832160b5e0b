import { chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { execa } from "execa";

import { silent } from "../progress.js";
import { ensureTools } from "../toolchain/index.js";

/** A machine with the operating system's programs and nothing else: its root is this one's, copied on write. */
export interface FreshContainer {
  /** Its folder `/restore`, as this machine sees it. */
  readonly folder: string;
  /** Runs a command taken as it stands, in that folder. */
  run(argv: readonly string[]): Promise<{ readonly exitCode: number; readonly all: string }>;
  remove(): Promise<void>;
}

/** What a container is made with. */
export interface FreshContainerOptions {
  /** Lines of its hosts file: names that this machine does not know. @default none */
  readonly hosts?: readonly string[];
  /** Certificate authority that it trusts beside the usual ones. @default none */
  readonly caFile?: string;
  /** Folders that its programs are in. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whom its commands run as: a server does not run as root. @default Debian's nobody */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Debian's user for what shall own nothing. */
export const nobody = { uid: 65_534, gid: 65_534 };

/** Makes the root, hides node in it, and runs what follows as a user that is not root, whose home is `/restore`. */
const script = `
set -eu
made=$1 hosts=$2 dirs=$3 ca=$4 folder=$5 uid=$6 gid=$7
shift 7
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
printf 'root:x:0:0::/root:/bin/sh\\nsomebody:x:%s:%s::/restore:/bin/sh\\n' "$uid" "$gid" >"$root/etc/passwd"
rm -f "$root/usr/bin/node" "$root/usr/local/bin/node"
chmod 1777 "$root/tmp"
# Programs of this machine's root are everybody's here.
while read -r dir; do chmod o+x "$root$dir"; done <"$dirs"
exec chroot "$root" env --chdir=/restore setpriv --reuid="$uid" --regid="$gid" --clear-groups -- "$@"
`;

/** Makes a container; its folder `/restore` is empty. Needs root. */
export async function freshContainer(options: FreshContainerOptions): Promise<FreshContainer> {
  const { unshare } = await ensureTools(["unshare", "mount"], silent);
  const { hosts: names = [], user = nobody, caFile = "/dev/null" } = options;
  const dir = await mkdtemp(join(tmpdir(), "secondsite-fresh-"));
  const folder = join(dir, "restore");
  const [root, hosts, dirs] = [join(dir, "root"), join(dir, "hosts"), join(dir, "dirs")];
  await Promise.all([mkdir(root), mkdir(folder, { mode: 0o700 })]);
  await chown(folder, user.uid, user.gid);
  await writeFile(dirs, `${[...new Set(options.path.flatMap(ancestors))].join("\n")}\n`);
  await writeFile(hosts, `127.0.0.1 localhost\n${names.join("\n")}\n`);
  return {
    folder,
    run: async (argv) => {
      const { exitCode, all } = await execa(
        unshare,
        [
          ...["--mount", "--", "sh", "-c", script, "fresh", root, hosts, dirs, caFile, folder],
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

/** A folder and all that it is in, the outermost first. */
function ancestors(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [...ancestors(above), path];
}
