// Calls every route with every scope, and with tokens that are valid for other streams.
import { rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createToken, listTokens, revokeToken, rotateToken } from "../../../src/pipelines/tokens.ts";
import { readJsonFileLines } from "../../../src/storage/json-file.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";
import { fakeService } from "./fake-service.ts";

let directory: string;
let file: string;
const start = new Date("2026-12-01T00:00:00Z");

beforeEach(() => {
  directory = temporaryDirectory();
  file = join(directory, "tokens.json");
});

const tokenWith = async (name: string, ...scope: string[]): Promise<string> =>
  (await createToken({ tokens: file }, { name, scope }, { now: () => start, actor: "ann" })).token;
const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });
const batch = "/v1/models/walk/streams/wrist-7/batches/1";

describe("who may call what", () => {
  it("is decided by the scope of each route, whatever else the token may do", async () => {
    const { app, routes } = fakeService({ file, directory });
    const tokens = {
      ingest: await tokenWith("a", "ingest"),
      read: await tokenWith("b", "read"),
      admin: await tokenWith("c", "admin"),
      "ingest of others": await tokenWith("d", "ingest:ankle-*"),
      "read of others": await tokenWith("e", "read:ankle-*"),
    };
    const seen: Record<string, unknown> = {};
    // Logging in is tested in page-login.test.ts.
    for (const { method, path, scope } of routes.filter(({ operationId }) => operationId !== "logIn")) {
      const address = path
        .replace("{model}", "walk")
        .replace("{other}", "run")
        .replace("{stream}", "wrist-7")
        .replace("{batch}", "1");
      const isDecision = scope === "admin";
      const confirmation = path.endsWith("/erase") ? { stream: "wrist-7" } : {};
      const call = async (headers: Record<string, string>): Promise<number> => {
        const json = { "Content-Type": "application/json", ...headers };
        const init = isDecision
          ? { method: "POST", headers: json, body: JSON.stringify({ reason: "why", ...confirmation }) }
          : { method: method.toUpperCase(), headers, ...(method === "post" && { body: "a\n1\n" }) };
        const response = await app.request(address, init);
        await response.body?.cancel();
        return response.status;
      };
      const without = [
        await call({}),
        await call(bearer("tidemark_unknown")),
        await call({ Authorization: "Basic abc" }),
      ];
      expect(without, path).toEqual(Array(3).fill(scope === null ? 200 : 401));
      const allowed: string[] = [];
      for (const [name, token] of Object.entries(tokens)) {
        const status = await call(bearer(token));
        expect([200, 403], `${path} ${name}`).toContain(status);
        if (status === 200) allowed.push(name);
      }
      seen[`${method} ${path}`] = scope === null ? "anybody" : allowed.join(", ");
    }
    expect(seen).toEqual({
      "get /livez": "anybody",
      "get /metrics": "read, admin, read of others",
      "get /readyz": "anybody",
      "post /v1/models/{model}/streams/{stream}/batches/{batch}": "ingest, admin",
      "get /v1/models": "read, admin, read of others",
      "get /v1/models/{model}/streams/{stream}": "read, admin",
      "get /v1/models/{model}/streams/{stream}/batches/{batch}": "read, admin",
      "get /v1/session": "anybody",
      "delete /v1/session": "ingest, read, admin, ingest of others, read of others",
      "get /v1/models/{model}/streams/{stream}/batches/{batch}/picture": "read, admin",
      "get /v1/models/{model}/streams/{stream}/picture": "read, admin",
      "get /v1/models/{model}/baseline": "read, admin, read of others",
      "get /v1/models/{model}/beside/{other}": "read, admin, read of others",
      "get /v1/streams": "read, admin, read of others",
      ...Object.fromEntries(
        ["batches/{batch}/accept", "batches/{batch}/exclude", "reset", "retire", "erase"].map((own) => [
          `post /v1/models/{model}/streams/{stream}/${own}`,
          "admin",
        ]),
      ),
      "get /v1/events": "read, admin, read of others",
      "get /v1/openapi.json": "anybody",
    });
  });

  it("is decided before the body is read", async () => {
    const { app } = fakeService({ file, directory });
    await tokenWith("a", "read");
    let read = false;
    const body = new ReadableStream(
      {
        pull() {
          read = true;
        },
      },
      { highWaterMark: 0 },
    );
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    expect((await app.request(batch, init)).status).toBe(401);
    expect(read).toBe(false);
  });

  it("keeps projects apart", async () => {
    const { app, judged } = fakeService({ file, directory });
    const scope = ["ingest"];
    const { token } = await createToken({ tokens: file }, { name: "theirs", scope, project: "theirs" });
    for (const own of [token, await tokenWith("ours", "ingest")]) {
      await app.request(batch, { method: "POST", headers: bearer(own), body: "a\n1\n" });
    }
    expect(judged.map(({ project }) => project)).toEqual(["theirs", "default"]);
  });

  it("sends events only to those who may read their stream", async () => {
    const { app, events } = fakeService({ file, directory });
    const all = await app.request("/v1/events", { headers: bearer(await tokenWith("a", "read")) });
    const some = await app.request("/v1/events", { headers: bearer(await tokenWith("b", "read:ankle-*")) });
    for (const stream of ["wrist-7", "ankle-1"]) {
      const result = { verdict: "rejected", checked_at: start.toISOString() } as never;
      events.publish({ project: "default", model: "walk", stream, batch: "1", result, previous: null });
      events.publish({ project: "theirs", model: "walk", stream, batch: "1", result, previous: null });
    }
    events.close();
    const streamsIn = async (response: Response): Promise<string[]> =>
      [...(await response.text()).matchAll(/"stream":"([^"]+)"/g)].map(([, name]) => name!);
    expect(await streamsIn(all)).toEqual(["wrist-7", "ankle-1"]);
    expect(await streamsIn(some)).toEqual(["ankle-1"]);
  });

  it("sends no more events once the token is revoked", async () => {
    const { app, events } = fakeService({ file, directory });
    const [kept, revoked] = [await tokenWith("a", "read"), await tokenWith("b", "read")];
    const open = async (token: string) => app.request("/v1/events", { headers: bearer(token) });
    const [still, ended] = [await open(kept), await open(revoked)];
    await revokeToken({ tokens: file }, "b");
    await events.refresh();
    expect(events.readers).toBe(1);
    expect(await ended.text()).not.toContain("still here");
    events.close();
    expect(await still.text()).toContain("still here");
  });
});

describe("without tokens", () => {
  const from = (headers: Record<string, string>) => ({ method: "POST", headers, body: "a\n1\n" });

  it("this machine may do everything, but pages from other sites may do nothing", async () => {
    const { app } = fakeService({ file, directory, isOpen: true });
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await app.request(batch, from(headers))).status;
    expect(await status({ Host: "127.0.0.1:8787" })).toBe(200);
    expect(
      await status({ Host: "localhost:8787", Origin: "http://localhost:8787", "Sec-Fetch-Site": "same-origin" }),
    ).toBe(200);
    expect(await status({ Host: "[::1]:8787" })).toBe(200);
    expect(await status({ Host: "evil.example" })).toBe(403);
    expect(await status({ Host: "127.0.0.1.evil.example" })).toBe(403);
    expect(await status({ Host: "127.0.0.1:8787", Origin: "https://evil.example" })).toBe(403);
    expect(await status({ Host: "127.0.0.1:8787", "Sec-Fetch-Site": "cross-site" })).toBe(403);
    // Once a token has been created while the service is running, every request needs a token, even after that token is
    // revoked.
    await tokenWith("first", "ingest");
    expect(await status({ Host: "127.0.0.1:8787" })).toBe(401);
    await revokeToken({ tokens: file }, "first");
    expect(await status({ Host: "127.0.0.1:8787" })).toBe(401);
  });

  it("nothing is permitted at an address that others can reach", async () => {
    const { app } = fakeService({ file, directory, isOpen: false });
    expect((await app.request(batch, from({ Host: "127.0.0.1:8787" }))).status).toBe(401);
  });
});

describe("tokens", () => {
  it("are stored as hashes that only their owner can read, and every change is recorded", async () => {
    const token = await tokenWith("gateway", "ingest:wrist-*");
    expect(token).toMatch(/^tidemark_[\w-]{43}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const run = { now: () => start, actor: "ann" };
    await rotateToken({ tokens: file }, { name: "gateway", overlapHours: 1 }, run);
    await revokeToken({ tokens: file }, "gateway", run);
    expect(await readJsonFileLines(join(directory, "audit.jsonl"))).toEqual([
      {
        at: "2026-12-01T00:00:00.000Z",
        actor: "ann",
        action: "token create",
        target: "gateway",
        details: { scopes: ["ingest:wrist-*"], project: "default" },
      },
      {
        at: "2026-12-01T00:00:00.000Z",
        actor: "ann",
        action: "token rotate",
        target: "gateway",
        details: { until: "2026-12-01T01:00:00.000Z" },
      },
      { at: "2026-12-01T00:00:00.000Z", actor: "ann", action: "token revoke", target: "gateway", details: {} },
    ]);
  });

  it("overlap when they are rotated", async () => {
    let now = start;
    const { app } = fakeService({ file, directory, now: () => now });
    const old = await tokenWith("gateway", "read");
    const { token: next } = await rotateToken(
      { tokens: file },
      { name: "gateway", overlapHours: 24 },
      { now: () => now },
    );
    const status = async (token: string): Promise<number> =>
      (await app.request("/v1/models", { headers: bearer(token) })).status;
    expect([await status(old), await status(next)]).toEqual([200, 200]);
    now = new Date("2026-12-01T23:59:59.999Z");
    expect([await status(old), await status(next)]).toEqual([200, 200]);
    now = new Date("2026-12-02T00:00:00.000Z");
    expect([await status(old), await status(next)]).toEqual([401, 200]);
    expect(await listTokens({ tokens: file }, { now: () => now })).toEqual([
      { name: "gateway", project: "default", scopes: ["read"], createdAt: "2026-12-01T00:00:00.000Z", expiresAt: null },
    ]);
    await expect(tokenWith("gateway", "read")).rejects.toThrow('there is already a token named "gateway"');
    await expect(revokeToken({ tokens: file }, "other")).rejects.toThrow('there is no token named "other"');
    await expect(tokenWith("b", "write")).rejects.toThrow("--scope: expected ingest, ingest:PATTERN, read");
  });

  it("come from the environment, too, if they are long enough", async () => {
    const token = "0123456789abcdef0123456789abcdef";
    const { app } = fakeService({ file, directory, isOpen: true, environment: { TIDEMARK_READ_TOKEN: token } });
    const status = async (path: string, init: RequestInit): Promise<number> => (await app.request(path, init)).status;
    expect(await status("/v1/models", { headers: bearer(token) })).toBe(200);
    expect(await status("/v1/models", { headers: { Host: "127.0.0.1" } })).toBe(401);
    expect(await status(batch, { method: "POST", headers: bearer(token), body: "a\n" })).toBe(403);
    // A fixed token does not depend on the other tokens.
    const other = await tokenWith("a", "read");
    expect(await status("/v1/models", { headers: bearer(other) })).toBe(200);
    rmSync(file);
    expect(await status("/v1/models", { headers: bearer(other) })).toBe(503);
    expect(await status("/v1/models", { headers: bearer(token) })).toBe(200);
    expect(() => fakeService({ file, directory, environment: { TIDEMARK_ADMIN_TOKEN: "short" } })).toThrow(
      "TIDEMARK_ADMIN_TOKEN: expected at least 32 characters, got 5",
    );
  });

  it("each have a limit on requests", async () => {
    let now = start;
    const { app } = fakeService({ file, directory, requestsPerSecond: 2, now: () => now });
    const [a, b] = [await tokenWith("a", "read"), await tokenWith("b", "read")];
    const get = (token: string) => app.request("/v1/models", { headers: bearer(token) });
    const statuses = async (token: string, times: number): Promise<number[]> =>
      Promise.all(Array.from({ length: times }, async () => (await get(token)).status));
    expect((await statuses(a, 3)).sort()).toEqual([200, 200, 429]);
    expect((await get(a)).headers.get("retry-after")).toBe("1");
    expect(await statuses(b, 2)).toEqual([200, 200]);
    now = new Date(start.getTime() + 500);
    expect((await statuses(a, 2)).sort()).toEqual([200, 429]);
  });

  it("may have a limit below one request per second", async () => {
    let now = start;
    const { app } = fakeService({ file, directory, requestsPerSecond: 0.5, now: () => now });
    const token = await tokenWith("a", "read");
    const get = () => app.request("/v1/models", { headers: bearer(token) });
    expect((await get()).status).toBe(200);
    expect((await get()).headers.get("retry-after")).toBe("2");
    now = new Date(start.getTime() + 2000);
    expect([(await get()).status, (await get()).status]).toEqual([200, 429]);
  });

  it("are still needed if their file disappears, or cannot be reached", async () => {
    const { app } = fakeService({ file, directory, isOpen: true });
    const status = async () => (await app.request("/v1/models", { headers: { Host: "localhost" } })).status;
    expect(await status()).toBe(200);
    await tokenWith("a", "read");
    expect(await status()).toBe(401);
    rmSync(file);
    expect(await status()).toBe(503);
    const unreachable = fakeService({ file: join(directory, "x".repeat(300)), directory, isOpen: true });
    expect((await unreachable.app.request("/v1/models", { headers: { Host: "localhost" } })).status).toBe(503);
  });

  it("are needed if their file is a link to a file that is not there", async () => {
    const { app } = fakeService({ file, directory, isOpen: true });
    symlinkSync(join(directory, "not-mounted", "tokens.json"), file);
    expect((await app.request("/v1/models", { headers: { Host: "localhost" } })).status).toBe(503);
  });

  it("are not read from a damaged file", async () => {
    const { app } = fakeService({ file, directory });
    writeFileSync(file, '{"schema_version": 1, "tokens": [{"name": "x"}]}');
    expect((await app.request("/v1/models", { headers: bearer("x") })).status).toBe(503);
  });
});

describe("a request that is too much", () => {
  it("is rejected, with the time after which to try again", async () => {
    const [begun, judging] = [Promise.withResolvers<void>(), Promise.withResolvers<never>()];
    const judge = (): Promise<never> => {
      begun.resolve();
      return judging.promise;
    };
    const { app } = fakeService({ file, directory, isOpen: true, queue: 1, judge });
    const init = { method: "POST", headers: { Host: "localhost" }, body: "a\n1\n" };
    const first = app.request(batch, init);
    await begun.promise;
    const second = await app.request(batch, init);
    expect(second.status).toBe(503);
    expect(second.headers.get("retry-after")).toBe("1");
    judging.reject(new Error("a defect of the test"));
    expect((await first).status).toBe(500);
  });

  it("is rejected if its token has used its share of the queue, but another token is still accepted", async () => {
    const [busy, other] = [await tokenWith("busy", "ingest"), await tokenWith("other", "ingest")];
    const judging = Promise.withResolvers<never>();
    const { app, judged } = fakeService({ file, directory, queue: 4, judge: () => judging.promise });
    const send = async (token: string) =>
      app.request(batch, { method: "POST", headers: bearer(token), body: "a\n1\n" });
    const taken = [send(busy), send(busy), send(busy)];
    await vi.waitFor(() => expect(judged).toHaveLength(3));
    const refused = await send(busy);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    taken.push(send(other));
    await vi.waitFor(() => expect(judged).toHaveLength(4));
    judging.reject(new Error("a defect of the test"));
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([500, 500, 500, 500]);
  });

  it("is rejected because of its length before it is read, or because of its decompressed length", async () => {
    const { app } = fakeService({ file, directory, isOpen: true });
    const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
      app.request(batch, { method: "POST", headers: { Host: "localhost", ...headers }, body: body as string });
    expect((await post("a\n", { "Content-Length": "1001" })).status).toBe(413);
    expect((await post("a".repeat(1001))).status).toBe(413);
    expect((await post("a\n".repeat(102))).status).toBe(413);
    const { gzipSync, zstdCompressSync } = await import("node:zlib");
    const bomb = Buffer.alloc(10_000_000, "1");
    expect(gzipSync(bomb.subarray(0, 500_000)).length).toBeLessThan(1000);
    for (const [encoding, body] of [
      ["gzip", gzipSync(bomb.subarray(0, 500_000))],
      ["zstd", zstdCompressSync(bomb)],
    ] as const) {
      const reply = await post(body, { "Content-Encoding": encoding });
      expect(await reply.json()).toMatchObject({ status: 413, detail: expect.stringContaining("after decompression") });
    }
    expect((await post("a\n1\n")).status).toBe(200);
  });
});
