import { expect, test } from "vitest";

import { answerOf, Refusal } from "./refusal.js";

const refusal = new Refusal(400, "InvalidIdentityToken", 'not <valid> & "so"', { Region: "us-west-2" });

test("S3 gets its own XML, with the further elements", () => {
  const { status, headers, body } = answerOf(refusal, "s3", false);
  expect(status).toBe(400);
  expect(headers["content-type"]).toBe("application/xml");
  expect(body).toContain(
    "<Error><Code>InvalidIdentityToken</Code><Message>not &lt;valid&gt; &amp; &quot;so&quot;</Message>" +
      "<Region>us-west-2</Region>",
  );
});

test("JSON protocols get their type twice, as SDKs look for it in either place", () => {
  const { headers, body } = answerOf(refusal, "kms", true);
  expect(headers["x-amzn-errortype"]).toBe("InvalidIdentityToken");
  expect(JSON.parse(body)).toEqual({ __type: "InvalidIdentityToken", message: 'not <valid> & "so"' });
});

test("the query protocol gets an ErrorResponse", () => {
  const { body } = answerOf(refusal, "sts", false);
  expect(body).toMatch(
    /^<ErrorResponse><Error><Type>Sender<\/Type><Code>InvalidIdentityToken<\/Code>.*<RequestId>[0-9a-f-]{36}</,
  );
});
