// Routes for an administrator's decisions about batches and streams, each with a reason. The store records the author, time and
// reason of each decision. The audit log records the author and the time, and replaces the names of the stream and the batch
// with hashes, because the log outlives the stream.

import { z } from "zod";
import { type AuditEntry, auditedName } from "../../pipelines/audit-log.ts";
import { NothingToDecide, RefusedDecision, type ServedAction } from "../../pipelines/decide-served.ts";
import { type Service, UnknownModel } from "../../pipelines/open-service.ts";
import type { EventStream } from "./event-stream.ts";
import { readJsonBody } from "./json-body.ts";
import { jsonResponse } from "./json-response.ts";
import { Problem, problemOfUserError } from "./problem.ts";
import type { Route } from "./route.ts";

export interface DecisionRoutesOptions {
  readonly service: Pick<Service, "decide">;
  readonly events: Pick<EventStream, "changed">;
  readonly audit: (entry: Omit<AuditEntry, "at">) => Promise<void>;
}

const reason = z.string().trim().min(1).max(1000).describe("the reason, which is recorded in the store");
const reasonBody = z.strictObject({ reason });
const erasureBody = z.strictObject({ reason, stream: z.string().describe("the stream's name, as a confirmation") });

interface RoutedDecision {
  readonly action: ServedAction;
  readonly of: "batch" | "stream";
  readonly summary: string;
}

const decisions: readonly RoutedDecision[] = [
  {
    action: "accept",
    of: "batch",
    summary: "Add a batch that raised an alarm or was marked doubtful to the stream's references",
  },
  { action: "exclude", of: "batch", summary: "Remove a batch from the stream's references" },
  { action: "reset", of: "stream", summary: "Clear the references of a stream; its batch ids cannot be used again" },
  { action: "retire", of: "stream", summary: "Remove a stream from the list until its next batch" },
  {
    action: "erase",
    of: "stream",
    summary: "Delete everything about a stream, except a record of it without its name",
  },
];

export function decisionRoutes(options: DecisionRoutesOptions): Route[] {
  return decisions.map((decision) => decisionRoute(decision, options));
}

function decisionRoute(
  { action, of, summary }: RoutedDecision,
  { service, events, audit }: DecisionRoutesOptions,
): Route {
  const isErasure = action === "erase";
  const path = `/v1/models/{model}/streams/{stream}${of === "batch" ? "/batches/{batch}" : ""}/${action}`;
  return {
    method: "post",
    path,
    scope: "admin",
    operationId: `${action}${of === "batch" ? "Batch" : "Stream"}`,
    summary,
    body: { "application/json": { doc: "why", schema: isErasure ? erasureBody : reasonBody } },
    replies: {
      200: {
        doc: "the decision was carried out, or nothing had to change",
        schema: z.object({
          action: z.string(),
          changed: z.boolean(),
          batches: z.int().nullable().describe("number of batches that were erased"),
        }),
      },
      400: { doc: "the body is damaged" },
      404: { doc: "the model, stream or batch does not exist" },
      409: { doc: "the decision is not possible" },
      413: { doc: "the body is too large" },
      415: { doc: "the body is not JSON" },
      422: { doc: "the body has no reason, or does not repeat the stream's name" },
      503: { doc: "the store cannot be used; see Retry-After" },
    },
    answer: async ({ params, headers, body, caller, note }) => {
      const { model, stream, batch = null } = params as { model: string; stream: string; batch?: string };
      const given: { reason: string; stream?: string } = isErasure
        ? await readJsonBody({ headers, body }, erasureBody)
        : await readJsonBody({ headers, body }, reasonBody);
      if (isErasure && given.stream !== stream) throw unconfirmedDecision();
      const { project, name: who } = caller;
      const decided = await service
        .decide({ project, model, stream, batch, action, who, reason: given.reason })
        .catch((error: unknown) => {
          throw decisionRouteProblem(error);
        });
      note({ action, changed: decided.changed });
      if (decided.changed) {
        events.changed({ project, model: decided.model, stream, action });
        const details = { project, model: decided.model, ...(batch !== null && { batch: auditedName(batch) }) };
        await audit({ actor: who, action, target: auditedName(stream), details });
      }
      return jsonResponse({ action, changed: decided.changed, batches: decided.batches });
    },
  };
}

function decisionRouteProblem(error: unknown): unknown {
  if (error instanceof UnknownModel) return problemOfUserError(error, 404, "Unknown model");
  if (error instanceof NothingToDecide) return problemOfUserError(error, 404, "Not found");
  if (error instanceof RefusedDecision) return problemOfUserError(error, 409, "Not possible");
  return error;
}

function unconfirmedDecision(): Problem {
  return new Problem({
    status: 422,
    title: "Not confirmed",
    detail: "stream: expected the name of the stream in the path",
    advice: "An erasure cannot be undone, so the stream's name must be given twice.",
  });
}
