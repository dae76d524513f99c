// Health checks for an orchestrator: whether the process is alive, and whether it accepts batches.

import { z } from "zod";
import { jsonResponse } from "./json-response.ts";
import type { Route } from "./route.ts";

/** The reason given in the reply, without paths or hosts, because anyone can read it. */
const unusable = "a model or the store cannot be used; the service's log entry for this request says why";

/** @param notReady returns why the service accepts no batches, or undefined if it accepts them */
export function healthRoutes({
  isStopping,
  notReady,
}: {
  readonly isStopping: () => boolean;
  readonly notReady: () => Promise<string | undefined>;
}): Route[] {
  return [
    {
      method: "get",
      path: "/livez",
      scope: null,
      operationId: "live",
      summary: "Whether the process is alive",
      replies: { 200: { doc: "the process is alive", schema: z.object({ status: z.literal("ok") }) } },
      answer: async () => jsonResponse({ status: "ok" }),
    },
    {
      method: "get",
      path: "/readyz",
      scope: null,
      operationId: "ready",
      summary: "Whether the service accepts batches",
      replies: {
        200: { doc: "the service accepts batches", schema: z.object({ status: z.literal("ok") }) },
        503: {
          doc: "the service is stopping, or a model or the store cannot be used",
          schema: z.object({ status: z.literal("unavailable"), reason: z.string() }),
        },
      },
      answer: async ({ note }) => {
        if (isStopping()) return jsonResponse({ status: "unavailable", reason: "the service is stopping" }, 503);
        const reason = await notReady();
        if (reason === undefined) return jsonResponse({ status: "ok" });
        note({ reason });
        return jsonResponse({ status: "unavailable", reason: unusable }, 503);
      },
    },
  ];
}
