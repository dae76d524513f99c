// POST a batch and get its verdict. The verdict is stored before the reply is sent.

import { rm } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { camelCase, kebabCase } from "../../letter-case.ts";
import { postedColumns } from "../../options/push-options.ts";
import { checkResultSchema, OtherContent, TooManyRows } from "../../pipelines/judge-posted-batch.ts";
import { JudgeThreadEnded, type Service, StoreUnavailable } from "../../pipelines/open-service.ts";
import type { PostedColumns } from "../../pipelines/posted-batch.ts";
import { UnknownModel, UnusableModel } from "../../pipelines/served-models.ts";
import { bodyDocs } from "./body-kind.ts";
import { jsonResponse } from "./json-response.ts";
import { busyProblem, Problem, problemOfUserError } from "./problem.ts";
import { QueueShare } from "./queue-share.ts";
import { type BodyLimits, receiveBody } from "./receive-body.ts";
import type { Route, RouteParameter } from "./route.ts";

export interface BatchRouteOptions {
  readonly service: Pick<Service, "judge" | "refuseUnknown">;
  /** Returns the path of a new file for a request body. */
  readonly newFile: () => string;
  readonly limits: BodyLimits;
  /** Maximum number of batches processed at the same time. */
  readonly queue: number;
}

const columnParameters: readonly RouteParameter[] = Object.entries(postedColumns).map(([name, { doc }]) => ({
  name: kebabCase(name),
  doc,
  schema: name === "rate" ? z.number().positive() : z.string().min(1),
}));

const dataTimeParameter: RouteParameter = {
  name: "data-time",
  doc: "time at which the last sample of the batch was recorded, such as 2026-11-26T10:00:00Z; see --order data",
  schema: z.iso.datetime({ offset: true }),
};

const allParameters = [...columnParameters, dataTimeParameter];

/** @throws Problem 400 */
function batchRouteDataTime(text: string | undefined): Date | null {
  if (text === undefined) return null;
  if (dataTimeParameter.schema.safeParse(text).success) return new Date(text);
  throw new Problem({
    status: 400,
    title: "Unknown time",
    detail: `data-time: expected a time with a time zone, such as 2026-11-26T10:00:00Z, got ${JSON.stringify(text)}`,
  });
}

export function batchRoute({ service, newFile, limits, queue }: BatchRouteOptions): Route {
  let inHand = 0;
  const shares = new QueueShare(queue);
  return {
    method: "post",
    path: "/v1/models/{model}/streams/{stream}/batches/{batch}",
    scope: "ingest",
    operationId: "judgeBatch",
    summary: "Judge a batch; the verdict is stored before the reply is sent",
    parameters: allParameters,
    body: bodyDocs,
    replies: {
      200: {
        doc: "the verdict; resending the same batch under the same id returns the same verdict",
        schema: z
          .object({ known: z.boolean().describe("whether the batch had already been judged") })
          .and(checkResultSchema),
      },
      400: { doc: "the request or its compression is damaged" },
      404: { doc: "the model does not exist" },
      409: { doc: "the batch id is already in use for other content" },
      413: { doc: "too many bytes or rows" },
      415: { doc: "the format of the body is not supported" },
      422: { doc: "the body is not a batch for this model" },
      503: { doc: "the service is too busy, or the model or the store cannot be used; see Retry-After" },
    },
    answer: async ({ params, query, headers, caller, body, note }) => {
      const { model, stream, batch } = params as { model: string; stream: string; batch: string };
      if (inHand >= queue) throw busyProblem(`expected at most ${queue} batches at the same time`, 1);
      const leave = shares.take(caller.name);
      inHand++;
      const path = newFile();
      try {
        const { [dataTimeParameter.name]: told, ...others } = query;
        const dataTime = batchRouteDataTime(told);
        const columns = batchColumnsOfQuery(others);
        await service.refuseUnknown(model);
        const received = await receiveBody({ headers, stream: body }, path, limits);
        if (dataTime !== null) note({ dataTime });
        note({ kind: received.kind, sentBytes: received.sentBytes, bytes: received.bytes });
        const judged = await service.judge({
          project: caller.project,
          model,
          stream,
          batch,
          body: { kind: received.kind, path },
          columns,
          dataTime,
        });
        note({ judgedBy: judged.model, verdict: judged.result.verdict, known: judged.known });
        return jsonResponse({ known: judged.known, ...judged.result });
      } catch (error) {
        throw batchRouteProblem(error);
      } finally {
        inHand--;
        leave();
        await Promise.all([path, `${path}.csv`].map((file) => rm(file, { force: true })));
      }
    },
  };
}

/** @throws Problem 400 if a parameter is unknown or has no value */
function batchColumnsOfQuery(query: Readonly<Record<string, string>>): PostedColumns {
  const given = Object.entries(query).map(([name, value]) => {
    if (!columnParameters.some((known) => known.name === name) || value === "") {
      throw new Problem({
        status: 400,
        title: "Unknown parameter",
        detail: `query: expected ${allParameters.map(({ name: known }) => known).join(", ")}, got ${JSON.stringify(name)}${value === "" ? " without a value" : ""}`,
      });
    }
    return [camelCase(name), name === "rate" ? Number(value) : value];
  });
  return Object.fromEntries(given);
}

function batchRouteProblem(error: unknown): unknown {
  if (error instanceof JudgeThreadEnded) {
    return busyProblem("the thread that was judging this batch ended before it had an answer", 1, error);
  }
  if (!(error instanceof UserError) || error instanceof StoreUnavailable) return error;
  if (error instanceof UnknownModel) return problemOfUserError(error, 404, "Unknown model");
  if (error instanceof UnusableModel) return problemOfUserError(error, 503, "Unusable model");
  if (error instanceof OtherContent) {
    const advice = "Each batch needs its own id: send this batch under another id, or resend the original content.";
    return problemOfUserError(error, 409, "Batch id in use for other content", advice);
  }
  if (error instanceof TooManyRows) return problemOfUserError(error, 413, "Batch too large");
  return problemOfUserError(error, 422, "Unusable batch");
}
