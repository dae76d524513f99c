// Information about models for the pages: a model's baseline, and a comparison of two models.

import { z } from "zod";
import type { Service } from "../../pipelines/open-service.ts";
import { jsonResponse } from "./json-response.ts";
import { readForRoute } from "./read-routes.ts";
import type { Route } from "./route.ts";

const baselineSchema = z.looseObject({
  model: z.string(),
  model_version: z.string(),
  channels: z.array(z.looseObject({ name: z.string(), unit: z.string().nullable() })),
  classes: z.array(z.object({ name: z.string(), windows: z.int() })),
  calibration: z.looseObject({}),
  cross_validation: z.looseObject({}),
});

export function modelRoutes(service: Pick<Service, "baselines">): Route[] {
  return [
    {
      method: "get",
      path: "/v1/models/{model}/baseline",
      scope: "read",
      operationId: "showBaseline",
      summary: "A model's training data per channel, its calibration and its cross-validation; people are not named",
      replies: { 200: { doc: "the baseline", schema: baselineSchema }, 404: { doc: "the model does not exist" } },
      answer: async ({ params }) => jsonResponse(await readForRoute(() => service.baselines.baseline(params.model!))),
    },
    {
      method: "get",
      path: "/v1/models/{model}/beside/{other}",
      scope: "read",
      operationId: "compareModels",
      summary: "Two baselines, and the difference between the models on the people whom both cross-validations tested",
      replies: {
        200: {
          doc: "the comparison",
          schema: z.looseObject({ first: baselineSchema, second: baselineSchema, warnings: z.array(z.string()) }),
        },
        404: { doc: "one of the models does not exist" },
      },
      answer: async ({ params }) =>
        jsonResponse(await readForRoute(() => service.baselines.comparison(params.model!, params.other!))),
    },
  ];
}
