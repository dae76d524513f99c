// POST a batch, and get its verdict. The verdict is in the store before it is sent.

import { rm } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { camelCase } from "../../letter-case.ts";
import { OtherContent, TooManyRows } from "../../pipelines/judge-posted-batch.ts";
import { type Service, StoreUnavailable } from "../../pipelines/open-service.ts";
import type { PostedColumns } from "../../pipelines/posted-batch.ts";
import { UnknownModel, UnusableModel } from "../../pipelines/served-models.ts";
import { busyProblem, Problem, problemOfUserError } from "./problem.ts";
import { type BodyLimits, receiveBody } from "./receive-body.ts";
import { jsonResponse, type Route } from "./route.ts";

export interface BatchRouteOptions {
  readonly service: Pick<Service, "judge" | "refuseUnknown">;
  /** The path of a new file for a body. */
  readonly newFile: () => string;
  readonly limits: BodyLimits;
  /** Maximum number of batches at the same time. */
  readonly queue: number;
}

/** The parameters of the query that say how columns are read, as the options of `check`. */
const columnParameters = {
  group: "text",
  recording: "text",
  time: "text",
  "time-format": "text",
  "time-unit": "text",
  "time-zone": "text",
  channels: "text",
  columns: "text",
  units: "text",
  rate: "number",
} as const;

/** Time after which a sender tries again if the store is out of reach; arbitrary, but longer than a database takes to restart. */
const secondsUntilStoreAnswers = 5;

export function batchRoute({ service, newFile, limits, queue }: BatchRouteOptions): Route {
  let inHand = 0;
  return {
    method: "post",
    path: "/v1/models/{model}/streams/{stream}/batches/{batch}",
    scope: "ingest",
    summary: "Judge a batch",
    answer: async ({ params, query, headers, body, note }) => {
      const { model, stream, batch } = params as { model: string; stream: string; batch: string };
      if (inHand >= queue) throw busyProblem(`expected at most ${queue} batches at the same time`, 1);
      inHand++;
      const path = newFile();
      try {
        const columns = columnsOfQuery(query);
        await service.refuseUnknown(model);
        const received = await receiveBody({ headers, stream: body }, path, limits);
        note({ kind: received.kind, sentBytes: received.sentBytes, bytes: received.bytes });
        const judged = await service.judge({ model, stream, batch, body: { kind: received.kind, path }, columns });
        note({ judgedBy: judged.model, verdict: judged.result.verdict, known: judged.known });
        return jsonResponse({ known: judged.known, ...judged.result });
      } catch (error) {
        throw problemOfBatch(error);
      } finally {
        inHand--;
        await Promise.all([path, `${path}.csv`].map((file) => rm(file, { force: true })));
      }
    },
  };
}

/** @throws Problem 400 on a parameter that is unknown or has no value */
function columnsOfQuery(query: Readonly<Record<string, string>>): PostedColumns {
  const given = Object.entries(query).map(([name, value]) => {
    const type = Object.hasOwn(columnParameters, name) ? columnParameters[name as "rate"] : undefined;
    if (type === undefined || value === "") {
      throw new Problem({
        status: 400,
        title: "Unknown parameter",
        detail: `query: expected ${Object.keys(columnParameters).join(", ")}, got ${JSON.stringify(name)}${value === "" ? " without a value" : ""}`,
      });
    }
    return [camelCase(name), type === "number" ? Number(value) : value];
  });
  return Object.fromEntries(given);
}

function problemOfBatch(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  if (error instanceof StoreUnavailable) {
    // The log names the server; a device need not know it.
    return busyProblem("the store of streams cannot be used at present", secondsUntilStoreAnswers, error);
  }
  if (error instanceof UnknownModel) return problemOfUserError(error, 404, "Unknown model");
  if (error instanceof UnusableModel) return problemOfUserError(error, 503, "Unusable model");
  if (error instanceof OtherContent) {
    const advice = "Each batch needs its own id: give this one another id, or send what was sent first.";
    return problemOfUserError(error, 409, "Other content under this id", advice);
  }
  if (error instanceof TooManyRows) return problemOfUserError(error, 413, "Batch too large");
  return problemOfUserError(error, 422, "Unusable batch");
}
