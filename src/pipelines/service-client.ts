// Requests to a Tidemark service.

import type { EnvHttpProxyAgent } from "undici";
import { z } from "zod";
import { UserError } from "../errors.ts";
import type { SpooledBatch } from "../storage/batch-spool.ts";
import { tidemarkVersion } from "../versions.ts";
import { foreignAnswer, type HttpAnswer, jsonOfAnswer, serviceAnswer } from "./service-answer.ts";

/** The parts of a reply that are read. */
interface ServiceReply {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  text(): Promise<string>;
}

/** As `fetch`. */
export type ServiceRequest = (
  url: string,
  init: {
    readonly method: "GET" | "POST";
    readonly headers: Record<string, string>;
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly redirect: "manual";
    readonly signal: AbortSignal;
  },
) => Promise<ServiceReply>;

export interface ServiceClientOptions {
  /** The service's address. */
  readonly to: string;
  readonly token: string | null;
  readonly request?: ServiceRequest;
}

export interface ServiceClient {
  /** Sends a batch. @throws the error of the connection if there was no reply */
  post(model: string, batch: SpooledBatch, content: Uint8Array<ArrayBuffer>): Promise<HttpAnswer>;
  /**
   * The name of the service's only line or model.
   * @throws UserError if there are several, or if the service cannot be reached or does not list them
   */
  onlyModel(): Promise<string>;
}

/** The service aborts a request after five minutes. */
const batchMs = 300_000;
const questionMs = 30_000;

export function serviceClient({
  to,
  token,
  request = serviceRequestThroughProxy,
}: ServiceClientOptions): ServiceClient {
  const base = to.replace(/\/+$/, "");
  const common = {
    "User-Agent": `tidemark/${tidemarkVersion}`,
    ...(token !== null && { Authorization: `Bearer ${token}` }),
  };
  return {
    post: async (model, { stream, batch_id, query, content_type, content_encoding }, content) => {
      const path = ["v1", "models", model, "streams", stream, "batches", batch_id].map(encodeURIComponent).join("/");
      const parameters = Object.keys(query).length === 0 ? "" : `?${new URLSearchParams(query)}`;
      const response = await request(`${base}/${path}${parameters}`, {
        method: "POST",
        headers: {
          ...common,
          "Content-Type": content_type ?? "application/octet-stream",
          ...(content_encoding !== null && { "Content-Encoding": content_encoding }),
        },
        body: content,
        redirect: "manual",
        signal: AbortSignal.timeout(batchMs),
      });
      return serviceClientAnswer(response);
    },
    onlyModel: async () => {
      const response = await request(`${base}/v1/models`, {
        method: "GET",
        headers: common,
        redirect: "manual",
        signal: AbortSignal.timeout(questionMs),
      }).catch((cause: unknown) => {
        throw new UserError(`--to ${to}: the service cannot be reached, so its models are unknown`, {
          advice: "Specify the model with --model; batches then wait in the spool until the service can be reached.",
          cause,
        });
      });
      return onlyModelOfService(to, await serviceClientAnswer(response));
    },
  };
}

async function serviceClientAnswer(reply: ServiceReply): Promise<HttpAnswer> {
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

const listSchema = z.object({ models: z.array(z.string()) });

function onlyModelOfService(to: string, answer: HttpAnswer): string {
  if (answer.status === 404) {
    throw new UserError(`--to ${to}: there is no Tidemark service at this address (404)`, {
      advice: "Give the address that `tidemark serve` prints, without a path such as /v1/models.",
    });
  }
  const isList = answer.status === 200;
  const listed = isList ? listSchema.safeParse(jsonOfAnswer(answer.text)).data : undefined;
  if (listed === undefined) {
    const meaning = isList ? foreignAnswer("200 without a list of models") : serviceAnswer(answer, new Date());
    const reason = "reason" in meaning ? meaning.reason : "";
    throw new UserError(`--to ${to}: the service does not list its models: ${reason}`, {
      advice:
        answer.status === 403
          ? "Specify the model with --model, or use a token with the scope read."
          : "advice" in meaning
            ? meaning.advice
            : "Name the model with --model.",
    });
  }
  const { models } = listed;
  const champions = models.filter((name) => name.endsWith("@champion"));
  const [first, ...others] = champions.length > 0 ? champions : models;
  if (first !== undefined && others.length === 0) return first;
  throw new UserError(`--to ${to}: expected a service with one model, found ${models.length}: ${models.join(", ")}`, {
    advice: "Specify one of these models with --model.",
  });
}

let proxy: EnvHttpProxyAgent | undefined;

/** Uses the proxy specified in the environment. */
const serviceRequestThroughProxy: ServiceRequest = async (url, init) => {
  const names = ["http_proxy", "https_proxy"];
  if (!names.some((name) => process.env[name] || process.env[name.toUpperCase()])) return fetch(url, init);
  const undici = await import("undici");
  proxy ??= new undici.EnvHttpProxyAgent();
  return undici.fetch(url, { ...init, dispatcher: proxy });
};
