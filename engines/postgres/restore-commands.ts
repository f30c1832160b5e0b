import type { CopyPlace } from "../../vault/index.js";
import { numbered, repositoryOptions } from "./repository.js";

/** What a point's commands need to know; nothing of it is secret. */
export interface PlainRestore {
  /** Where the copy is. */
  readonly place: CopyPlace;
  readonly plan: string;
  readonly dataset: string;
  /** Key of the object with the wrapped passphrase. */
  readonly passphrase: string;
  /** `repo-path` of the repository. */
  readonly repository: string;
  /** The tool's name of the backup. */
  readonly label: string;
}

/** Where everything that the commands fetch and make lies, and where a holder's `recovery.txt` is looked for. */
const folder = "/restore";

/**
 * Opens the passphrase and writes the configuration of pgBackRest with it. Its arguments are the wrapped passphrase,
 * the region, what the oldest wrappings are bound to, and the settings. A holder's identity file in the folder is
 * tried on every holder's wrapping; without one the region's key service opens it. The tools' credentials are AWS's
 * usual environment variables, a web identity, or the machine's role. Secrets pass through pipes, built-in commands
 * of the shell and a file that only its owner reads.
 */
const script = `
set -eu
umask 077
document=$1 region=$2 bound=$3 settings=$4
identity=${folder}/recovery.txt
secret=
if [ -e "$identity" ]; then
  for wrapped in $(jq -r '.wrapped[]? | select(.kind == "age") | .ciphertext | @base64' "$document"); do
    secret=$(printf %s "$wrapped" | base64 --decode | age --decrypt --identity "$identity" 2>/dev/null | jq -j .secret) || secret=
    if [ -n "$secret" ]; then break; fi
  done
  if [ -z "$secret" ]; then
    echo "$identity opens none of: $(jq -r '[.wrapped[]?.key] | join(", ")' "$document")" >&2
    exit 1
  fi
else
  jq -j '.ciphertext // (.wrapped[] | select(.kind == "kms") | .ciphertext)' "$document" | base64 --decode >"$document.kms"
  secret=$(aws kms decrypt --region="$region" --ciphertext-blob="fileb://$document.kms" --key-id="$(jq -r '.keyAlias // (.wrapped[] | select(.kind == "kms") | .key)' "$document")" --encryption-context="$(jq -c --argjson bound "$bound" '.context // $bound' "$document")" --query=Plaintext --output=text)
fi
{
  echo "[global]"
  printf 'repo1-cipher-pass=%s\\n' "$(printf %s "$secret" | base64 --decode)"
  if [ "\${settings#repo1-type=s3}" = "$settings" ]; then
    : a folder, which needs no credentials
  elif [ -n "\${AWS_ACCESS_KEY_ID-}" ]; then
    printf 'repo1-s3-key=%s\\nrepo1-s3-key-secret=%s\\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"
    if [ -n "\${AWS_SESSION_TOKEN-}" ]; then printf 'repo1-s3-token=%s\\n' "$AWS_SESSION_TOKEN"; fi
  elif [ -n "\${AWS_WEB_IDENTITY_TOKEN_FILE-}" ]; then
    echo repo1-s3-key-type=web-id
  else
    echo repo1-s3-key-type=auto
  fi
  printf '%s\\n' "$settings"
} >${folder}/pgbackrest.conf
echo 'local all all trust' >${folder}/pg_hba.conf
`.trim();

/**
 * The commands that restore a point with the field's tools alone, one after the other, into `/restore`: that folder
 * has to be there, empty but for a holder's `recovery.txt` where there is no key service. They need a shell, `jq`, `aws`,
 * `age` (with a holder's file), pgBackRest and the server's programs, and run as a user that is not root and may read the
 * copy.
 *
 * @returns argument lists; the last one starts the server, which replays to the backup's end and accepts writes then
 */
export function restoreCommands({
  place,
  plan,
  dataset,
  passphrase,
  repository,
  label,
}: PlainRestore): string[][] {
  const document = `${folder}/passphrase.json`;
  const settings = [
    ...Object.entries(numbered(1, repositoryOptions(place, repository))).map(
      ([name, value]) => `${name}=${value}`,
    ),
    "repo1-cipher-type=aes-256-cbc",
    "log-level-file=off",
    `lock-path=${folder}/lock`,
    `spool-path=${folder}/spool`,
    `[${dataset}]`,
    `pg1-path=${folder}/data`,
  ];
  const bound = JSON.stringify({ plan, dataset });
  const region = place.kind === "bucket" ? place.region : "";
  const server = [
    "listen_addresses=",
    `unix_socket_directories=${folder}`,
    `hba_file=${folder}/pg_hba.conf`,
    "archive_mode=off",
    "ssl=off",
  ];
  return [
    fetched(place, passphrase, document),
    ["sh", "-c", script, "open-passphrase", document, region, bound, settings.join("\n")],
    [
      "pgbackrest",
      `--config=${folder}/pgbackrest.conf`,
      `--stanza=${dataset}`,
      `--set=${label}`,
      "--type=immediate",
      "--target-action=promote",
      "--archive-mode=off",
      "restore",
    ],
    [
      "pg_ctl",
      `--pgdata=${folder}/data`,
      `--log=${folder}/postgres.log`,
      "--timeout=86400",
      `--options=${server.map((setting) => `-c ${setting}`).join(" ")}`,
      "start",
    ],
  ];
}

/** Fetches one object of a copy into a file. */
function fetched(place: CopyPlace, key: string, file: string): string[] {
  if (place.kind === "folder") return ["cp", `${place.folder}/${key}`, file];
  const { bucket, region, endpoint } = place;
  return [
    ...["aws", "s3api", "get-object", `--region=${region}`, `--bucket=${bucket}`, `--key=${key}`],
    ...(endpoint === undefined ? [] : [`--endpoint-url=${endpoint}`]),
    file,
  ];
}
