// Routes that the dashboard and other programs read: the streams of all models, one stream with its history, and one batch.

import { z } from "zod";
import { type Service, UnknownModel } from "../../pipelines/open-service.ts";
import { pictureStream } from "../../pipelines/picture-stream.ts";
import { jsonResponse } from "./json-response.ts";
import { notFoundProblem, problemOfUserError, queryProblem } from "./problem.ts";
import type { Route } from "./route.ts";

const kinds = ["active", "alarm", "silent", "rejected", "retired"] as const;
const mostStreams = 1000;
const mostBatches = 5000;
/** Number of most recent batches in a picture of a stream. */
const picturedBatches = 100;

/** Sections of a page with charts. */
const pictured = z.object({
  model: z.string(),
  sections: z.array(
    z.object({ id: z.string(), title: z.string(), about: z.string(), html: z.string().describe("escaped") }),
  ),
});

export function readRoutes(service: Pick<Service, "reader" | "picture">): Route[] {
  return [
    {
      method: "get",
      path: "/v1/streams",
      scope: "read",
      operationId: "listStreams",
      summary: "The streams that the token may read, of all models, beginning with those that need attention",
      parameters: [
        { name: "which", doc: "which streams; default: active", schema: z.enum(kinds) },
        { name: "search", doc: "a part of a stream's name", schema: z.string() },
        { name: "limit", doc: "maximum number of streams; default: 100", schema: z.int().min(1).max(mostStreams) },
        { name: "skip", doc: "number of streams to skip at the beginning", schema: z.int().min(0) },
      ],
      replies: {
        200: {
          doc: "the streams, each with its state and recent evidence, and counts",
          schema: z.looseObject({
            at: z.string(),
            models: z.array(z.string()),
            matching: z.int(),
            streams: z.array(z.looseObject({ model: z.string(), stream: z.string() })),
          }),
        },
        400: { doc: "a parameter is wrong" },
      },
      answer: async ({ query, caller }) => {
        const { which = "active", search, limit, skip } = query;
        const kind = kinds.find((own) => own === which);
        if (kind === undefined) throw queryProblem("which", `one of ${kinds.join(", ")}`, which);
        const selection = {
          which: kind,
          ...(search !== undefined && search !== "" && { search }),
          limit: wholeNumberForReadRoute("limit", limit, { otherwise: 100, from: 1, to: mostStreams }),
          skip: wholeNumberForReadRoute("skip", skip, { otherwise: 0, from: 0, to: 1e9 }),
        };
        return jsonResponse(
          await service.reader.fleet(caller.project, (stream) => caller.may("read", stream), selection),
        );
      },
    },
    {
      method: "get",
      path: "/v1/models/{model}/streams/{stream}",
      scope: "read",
      operationId: "showStream",
      summary: "A stream with its last batches",
      parameters: [
        { name: "last", doc: "maximum number of batches; default: 200", schema: z.int().min(1).max(mostBatches) },
      ],
      replies: {
        200: {
          doc: "the output of `tidemark streams show --json`, with the model's name",
          schema: z.looseObject({ model: z.string(), stream: z.string(), history: z.array(z.looseObject({})) }),
        },
        400: { doc: "a parameter is wrong" },
        404: { doc: "the model or stream does not exist" },
      },
      answer: async ({ params, query, caller }) => {
        const { model, stream } = params as { model: string; stream: string };
        const last = wholeNumberForReadRoute("last", query.last, { otherwise: 200, from: 1, to: mostBatches });
        const shown = await readForRoute(() => service.reader.stream(caller.project, model, stream, last));
        if (shown === null) throw notFoundProblem(`model ${model} has no stream ${JSON.stringify(stream)}`);
        return jsonResponse(shown);
      },
    },
    {
      method: "get",
      path: "/v1/models/{model}/streams/{stream}/picture",
      scope: "read",
      operationId: "pictureStream",
      summary: "Charts of a stream's channels, activities and estimated accuracy over its last batches",
      replies: {
        200: { doc: "sections of a page, with charts in SVG; empty if no batch could be judged", schema: pictured },
        404: { doc: "the model or stream does not exist" },
      },
      answer: async ({ params, caller }) => {
        const { model, stream } = params as { model: string; stream: string };
        const shown = await readForRoute(() => service.reader.stream(caller.project, model, stream, picturedBatches));
        if (shown === null) throw notFoundProblem(`model ${model} has no stream ${JSON.stringify(stream)}`);
        return jsonResponse(await pictureStream(shown));
      },
    },
    {
      method: "get",
      path: "/v1/models/{model}/streams/{stream}/batches/{batch}",
      scope: "read",
      operationId: "showBatch",
      summary: "A batch with its result",
      replies: {
        200: {
          doc: "the batch's result and status",
          schema: z.looseObject({
            model: z.string(),
            received_at: z.string(),
            data_from: z.string().nullable().describe("time of the batch's first sample; null if it is unknown"),
            data_to: z.string().nullable().describe("time of the batch's last sample; null if it is unknown"),
            status: z.string(),
            result: z.looseObject({}),
          }),
        },
        404: { doc: "the model, stream or batch does not exist" },
      },
      answer: async ({ params, caller }) => {
        const { model, stream, batch } = params as { model: string; stream: string; batch: string };
        const read = await readForRoute(() => service.reader.batch(caller.project, model, stream, batch));
        if (read === null)
          throw notFoundProblem(`stream ${JSON.stringify(stream)} has no batch ${JSON.stringify(batch)}`);
        return jsonResponse(read);
      },
    },
    {
      method: "get",
      path: "/v1/models/{model}/streams/{stream}/batches/{batch}/picture",
      scope: "read",
      operationId: "pictureBatch",
      summary:
        "Charts of a batch's distributions, compared with those of the training data and of the stream's references",
      replies: {
        200: {
          doc: "sections of a page, with charts in SVG; empty if the batch was rejected, or if its summary is no longer stored",
          schema: pictured,
        },
        404: { doc: "the model, stream or batch does not exist" },
      },
      answer: async ({ params, caller }) => {
        const { model, stream, batch } = params as { model: string; stream: string; batch: string };
        const drawn = await readForRoute(() => service.picture({ project: caller.project, model, stream, batch }));
        if (drawn === null)
          throw notFoundProblem(`stream ${JSON.stringify(stream)} has no batch ${JSON.stringify(batch)}`);
        return jsonResponse(drawn);
      },
    },
  ];
}

/** @throws Problem 404 if the model is unknown */
export async function readForRoute<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnknownModel) throw problemOfUserError(error, 404, "Unknown model");
    throw error;
  }
}

function wholeNumberForReadRoute(
  name: string,
  text: string | undefined,
  { otherwise, from, to }: { otherwise: number; from: number; to: number },
): number {
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= from && value <= to)) throw queryProblem(name, `a whole number from ${from} to ${to}`, text);
  return value;
}
