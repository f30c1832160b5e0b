import {
  type AliasListEntry,
  CreateAliasCommand,
  DeleteAliasCommand,
  type KMSClient,
  paginateListAliases,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import type { AliasArgs, AliasState } from "@pulumi/aws/kms/alias.js";

import type { Value } from "../../protocol/index.js";
import { format } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { ResourceType } from "../resource.js";

/** A name of a key within one region. */
export const alias = {
  token: "aws:kms/alias:Alias",
  replaceOn: ["name", "namePrefix", "region"],
  writeOnly: ["namePrefix"],
  autoname: { property: "name", maxLength: 256, prefix: "alias/" },
  rules: [
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
    format(
      "name",
      /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/,
      "alias/ and letters, digits, /, _ or -; alias/aws/ is AWS's",
    ),
  ],
  canonical: { targetKeyId: keyIdOf },

  async create(aws, { name = "", region, targetKeyId }) {
    await aws.kms(region).send(new CreateAliasCommand({ AliasName: name, TargetKeyId: targetKeyId }));
    return name;
  },

  async read(aws, id, known) {
    const region = known.region ?? aws.region;
    const found = await findAlias(aws.kms(region), id);
    if (!found) return undefined;
    const { AliasArn = "", TargetKeyId: targetKeyId = "" } = found;
    return {
      arn: AliasArn,
      name: id,
      region,
      targetKeyArn: AliasArn.replace(/:alias\/.*$/, `:key/${targetKeyId}`),
      targetKeyId,
    };
  },

  async update(aws, { id, inputs }) {
    await aws
      .kms(inputs.region)
      .send(new UpdateAliasCommand({ AliasName: id, TargetKeyId: inputs.targetKeyId }));
  },

  async delete(aws, id, { region }) {
    await orUndefined(aws.kms(region).send(new DeleteAliasCommand({ AliasName: id })), "NotFoundException");
  },
} as const satisfies ResourceType<AliasArgs, AliasState>;

/** A key is meant the same by its id and by its ARN. */
function keyIdOf(value: Value): Value {
  return typeof value === "string" ? value.slice(value.lastIndexOf("/") + 1) : value;
}

async function findAlias(client: KMSClient, name: string): Promise<AliasListEntry | undefined> {
  for await (const { Aliases = [] } of paginateListAliases({ client }, {})) {
    const found = Aliases.find(({ AliasName }) => AliasName === name);
    if (found) return found;
  }
  return undefined;
}
