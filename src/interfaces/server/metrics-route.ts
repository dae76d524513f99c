// GET /metrics: each project has its own metrics, and a token gives access only to the series of streams that it may read.

import { z } from "zod";
import type { ServiceMetrics } from "../../report/service-metrics.ts";
import type { Route } from "./route.ts";

/** @param metricsOf updates and returns the metrics of a project */
export function metricsRoute(metricsOf: (project: string) => ServiceMetrics): Route {
  return {
    method: "get",
    path: "/metrics",
    scope: "read",
    operationId: "metrics",
    summary: "Metrics for Prometheus",
    replies: { 200: { doc: "Prometheus's text format", schema: z.string(), type: "text/plain" } },
    answer: async ({ caller }) => {
      const metrics = metricsOf(caller.project);
      const text = await metrics.text((stream) => caller.may("read", stream));
      return new Response(text, { headers: { "Content-Type": metrics.contentType } });
    },
  };
}
