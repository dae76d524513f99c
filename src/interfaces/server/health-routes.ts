// What an orchestrator asks: whether the process lives, and whether it takes batches now.

import { jsonResponse, type Route } from "./route.ts";

/** @param notReady why the service takes no batches; undefined if it does */
export function healthRoutes(notReady: () => Promise<string | undefined>): Route[] {
  return [
    {
      method: "get",
      path: "/livez",
      scope: null,
      summary: "Whether the process lives",
      answer: async () => jsonResponse({ status: "ok" }),
    },
    {
      method: "get",
      path: "/readyz",
      scope: null,
      summary: "Whether batches are taken",
      answer: async () => {
        const reason = await notReady();
        return reason === undefined
          ? jsonResponse({ status: "ok" })
          : jsonResponse({ status: "unavailable", reason }, 503);
      },
    },
  ];
}
