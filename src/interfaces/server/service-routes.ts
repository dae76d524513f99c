// All routes of the service.

import { z } from "zod";
import type { Service } from "../../pipelines/open-service.ts";
import type { ServiceMetrics } from "../../report/service-metrics.ts";
import type { Authorizer } from "./authorize.ts";
import { type BatchRouteOptions, batchRoute } from "./batch-route.ts";
import { type DecisionRoutesOptions, decisionRoutes } from "./decision-routes.ts";
import type { EventStream } from "./event-stream.ts";
import { healthRoutes } from "./health-routes.ts";
import { jsonResponse } from "./json-response.ts";
import { metricsRoute } from "./metrics-route.ts";
import { modelRoutes } from "./model-routes.ts";
import { openapiDocument } from "./openapi.ts";
import { readRoutes } from "./read-routes.ts";
import type { Route } from "./route.ts";
import { sessionRoutes } from "./session-routes.ts";

export interface ServiceRoutesOptions extends Omit<BatchRouteOptions, "service">, Pick<DecisionRoutesOptions, "audit"> {
  readonly service: Service;
  readonly authorizer: Pick<Authorizer, "identify" | "logIn" | "logOut">;
  readonly events: Pick<EventStream, "response" | "changed">;
  readonly metricsOf: (project: string) => ServiceMetrics;
  /** Whether the service is about to stop. */
  readonly isStopping: () => boolean;
}

export function serviceRoutes(options: ServiceRoutesOptions): Route[] {
  const { service, authorizer, audit, events, metricsOf, isStopping, ...batches } = options;
  const routes: Route[] = [
    ...healthRoutes({ isStopping, notReady: () => service.notReady() }),
    metricsRoute(metricsOf),
    batchRoute({ ...batches, service }),
    ...sessionRoutes(authorizer),
    ...readRoutes(service),
    ...modelRoutes(service),
    ...decisionRoutes({ service, events, audit }),
    {
      method: "get",
      path: "/v1/models",
      scope: "read",
      operationId: "listModels",
      summary: "Names by which clients address the models",
      replies: { 200: { doc: "the names", schema: z.object({ models: z.array(z.string()) }) } },
      answer: async () => jsonResponse({ models: await service.models() }),
    },
    {
      method: "get",
      path: "/v1/events",
      scope: "read",
      operationId: "events",
      summary: "New verdicts and decisions as server-sent events, limited to streams that the token may read",
      replies: {
        200: {
          doc: "events named judged for new verdicts, and changed for decisions",
          schema: z.string(),
          type: "text/event-stream",
        },
      },
      answer: async ({ caller, sent }) => events.response(caller, () => authorizer.identify(sent)),
    },
    {
      method: "get",
      path: "/v1/openapi.json",
      scope: null,
      operationId: "openapi",
      summary: "This description",
      replies: { 200: { doc: "OpenAPI 3.1", schema: z.looseObject({ openapi: z.string() }) } },
      answer: async () => jsonResponse(openapiDocument(routes)),
    },
  ];
  return routes;
}

/** The OpenAPI description of all routes, without a running service. */
export function serviceDescription(): Record<string, unknown> {
  const nothing = {} as ServiceRoutesOptions;
  return openapiDocument(serviceRoutes(nothing));
}
