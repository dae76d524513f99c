import pino from "pino";
import { describe, expect, it } from "vitest";
import { createApp } from "../../../src/interfaces/server/create-app.ts";
import { healthRoutes } from "../../../src/interfaces/server/health-routes.ts";

describe("GET /readyz", () => {
  it("writes the reason to the log, but never reveals paths and hosts in its reply", async () => {
    const lines: string[] = [];
    const reason = "--store postgres://db.internal/tidemark: cannot be reached";
    const app = createApp({
      routes: healthRoutes({ isStopping: () => false, notReady: async () => reason }),
      authorize: async () => ({ name: "anybody", project: "default", scopes: [], session: null, may: () => false }),
      log: pino({}, { write: (line: string) => void lines.push(line) }),
    });
    const response = await app.request("/readyz");
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ status: "unavailable", reason: expect.stringContaining("log") });
    expect(text).not.toContain("db.internal");
    expect(lines.map((line) => JSON.parse(line).reason)).toEqual([reason]);
  });

  it("says that the service is stopping without accessing the store", async () => {
    const notReady = async (): Promise<string> => expect.unreachable();
    const app = createApp({
      routes: healthRoutes({ isStopping: () => true, notReady }),
      authorize: async () => ({ name: "anybody", project: "default", scopes: [], session: null, may: () => false }),
      log: pino({ enabled: false }),
    });
    const response = await app.request("/readyz");
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: "unavailable", reason: "the service is stopping" },
    ]);
  });
});
