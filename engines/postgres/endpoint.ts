import { createServer, type Server as HttpServer } from "node:http";
import { ports } from "../../plan/index.js";
import { wordsOf } from "../../vault/errors.js";

/** What the keeper answers to probes and health checks. */
export interface EndpointAnswers {
  /** Whether the keeper works at all. */
  live(): boolean;
  /** Whether sessions can write here. */
  ready(): Promise<boolean>;
  /** Whether users may be sent here: writable, lease held, services deep-healthy. Says why not. */
  site(): Promise<{ readonly healthy: boolean; readonly reason: string }>;
  /** For people and commands. */
  status(): unknown;
}

/** How long an answer of the deep check stands: many checkers ask, one probe each second is enough. */
const freshFor = 1_000;

/** Serves `/live`, `/ready`, `/site` and `/status`. */
export function serveEndpoint(answers: EndpointAnswers): Promise<HttpServer> {
  let deep: { at: number; answer: ReturnType<EndpointAnswers["site"]> } | undefined;
  const site = () => {
    const now = performance.now();
    if (!deep || now - deep.at > freshFor) deep = { at: now, answer: answers.site() };
    return deep.answer;
  };
  const routes: Record<string, () => Promise<{ code: number; body: unknown }>> = {
    "/live": async () => ({ code: answers.live() ? 200 : 503, body: {} }),
    "/ready": async () => ({ code: (await answers.ready()) ? 200 : 503, body: {} }),
    "/site": async () => {
      const answer = await site();
      return { code: answer.healthy ? 200 : 503, body: answer };
    },
    "/status": async () => ({ code: 200, body: answers.status() }),
  };
  const server = createServer((request, response) => {
    const route = routes[request.url ?? ""];
    const answer = route ? route() : Promise.resolve({ code: 404, body: { paths: Object.keys(routes) } });
    void answer
      .catch((error: unknown) => ({
        code: 503,
        body: { reason: wordsOf(error) },
      }))
      .then(({ code, body }) => {
        response.writeHead(code, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
      });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(ports.keeper, () => resolve(server));
  });
}
