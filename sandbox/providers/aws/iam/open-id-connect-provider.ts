import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import type {
  OpenIdConnectProviderArgs,
  OpenIdConnectProviderState,
} from "@pulumi/aws/iam/openIdConnectProvider.js";

import type { Value } from "../../protocol/index.js";
import { canonicalSet } from "../canonical.js";
import { count, format, length, tags } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { ResourceType } from "../resource.js";
import { fromTagList, removedTags, toTagList } from "../tags.js";

/** An issuer of tokens that roles' trust policies may name. */
export const openIdConnectProvider = {
  token: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  replaceOn: ["url"],
  computed: ["thumbprintLists"],
  rules: [
    // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
    format("url", /^https:\/\/[a-z0-9.-]+(\/[^\s?#]*)?$/i, "https:// and a host, with no port and no query"),
    length("url", 255, 1),
    count("clientIdLists", 1, 100),
    length("clientIdLists[*]", 255, 1),
    count("thumbprintLists", 0, 5),
    format("thumbprintLists[*]", /^[0-9a-fA-F]{40}$/, "a SHA-1 fingerprint, 40 hexadecimal digits"),
    tags,
  ],
  canonical: { clientIdLists: canonicalSet, thumbprintLists: canonicalSet, url: withoutScheme },
  // Trust policies' conditions are named by what AWS keeps, which has no scheme.
  liveSpelling: ["url"],

  async create(aws, inputs) {
    const { OpenIDConnectProviderArn: arn = "" } = await aws.iam().send(
      new CreateOpenIDConnectProviderCommand({
        ClientIDList: [...inputs.clientIdLists],
        Tags: toTagList(inputs.tags),
        ThumbprintList: inputs.thumbprintLists && [...inputs.thumbprintLists],
        Url: inputs.url,
      }),
    );
    return arn;
  },

  async read(aws, id) {
    const found = await orUndefined(
      aws.iam().send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id })),
      "NoSuchEntityException",
      "NoSuchEntity",
    );
    return (
      found && {
        arn: id,
        clientIdLists: found.ClientIDList ?? [],
        tags: fromTagList(found.Tags),
        thumbprintLists: found.ThumbprintList ?? [],
        url: String(withoutScheme(found.Url ?? "")),
      }
    );
  },

  async update(aws, { id: OpenIDConnectProviderArn, inputs, old, changed }) {
    const client = aws.iam();
    const { clientIdLists: clients, thumbprintLists: thumbprints } = inputs;
    if (changed.has("clientIdLists")) {
      for (const ClientID of clients.filter((name) => !old.clientIdLists.includes(name)))
        await client.send(
          new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }),
        );
      for (const ClientID of old.clientIdLists.filter((name) => !clients.includes(name)))
        await client.send(
          new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }),
        );
    }
    if (changed.has("thumbprintLists") && thumbprints) {
      const ThumbprintList = [...thumbprints];
      await client.send(
        new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList }),
      );
    }
    if (changed.has("tags")) {
      const TagKeys = removedTags(old.tags, inputs.tags);
      if (TagKeys.length > 0)
        await client.send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys }));
      const Tags = toTagList(inputs.tags);
      if (Tags.length > 0)
        await client.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }));
    }
  },

  async delete(aws, id) {
    await orUndefined(
      aws.iam().send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id })),
      "NoSuchEntityException",
      "NoSuchEntity",
    );
  },
} as const satisfies ResourceType<OpenIdConnectProviderArgs, OpenIdConnectProviderState>;

function withoutScheme(value: Value): Value {
  return typeof value === "string" ? value.replace(/^https:\/\//, "") : value;
}
