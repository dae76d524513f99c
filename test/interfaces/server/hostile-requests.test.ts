// Sends malformed and hostile requests. No request may crash the process, and each request must get an answer.
import { join } from "node:path";
import { expect, it } from "vitest";
import { JudgeThreadEnded, StoreUnavailable } from "../../../src/pipelines/open-service.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";
import { type FakeOptions, type FakeService, fakeService } from "./fake-service.ts";

const batch = "/v1/models/walk/streams/wrist-7/batches/1";

function service(options: Partial<FakeOptions> = {}): FakeService {
  const directory = temporaryDirectory();
  return fakeService({ file: join(directory, "tokens.json"), directory, isOpen: true, ...options });
}

const brokenBody = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => controller.error(Object.assign(new Error("aborted"), { code: "ECONNRESET" })),
  });

it("a connection that breaks before the body is read ends one request, not the process", async () => {
  const { app, judged } = service();
  const send = (path: string, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: "POST",
      headers: { Host: "localhost", ...headers },
      body: brokenBody(),
      duplex: "half",
    } as RequestInit);
  // The second request is rejected before its body is read.
  const statuses = [(await send(batch)).status, (await send(`${batch}?unknown=1`)).status];
  await new Promise((resolve) => setImmediate(resolve));
  expect(statuses).toEqual([400, 400]);
  expect(judged).toEqual([]);
});

it("an invalid address is rejected with a problem document, whatever its host and encoding", async () => {
  const { app, judged } = service();
  const status = async (path: string): Promise<number> => {
    const init = { method: "POST", headers: { Host: "localhost" }, body: "a\n1\n" };
    const reply = await app.request(path, init);
    expect(reply.headers.get("content-type"), path).toContain("json");
    return reply.status;
  };
  // "%zz" is invalid and would name the same stream as "%25zz"; %ed%a0%80 is half of a surrogate pair.
  for (const name of ["%", "%zz", "%ff", "%ed%a0%80"])
    expect(await status(batch.replace("wrist-7", name)), name).toBe(400);
  expect(await status(batch.replace("wrist-7", "%25zz"))).toBe(200);
  expect(judged.map(({ stream }) => stream)).toEqual(["%zz"]);
  const url = "http://127.999.999.999/livez";
  const reply = await app.fetch({ url, method: "GET", headers: new Headers(), body: null } as Request);
  expect(await reply.json()).toMatchObject({ status: 400, title: "Unusable address" });
});

it("HEAD leaves no subscriber of events behind", async () => {
  const { app, events } = service();
  const reply = await app.request("/v1/events", { method: "HEAD", headers: { Host: "localhost" } });
  expect([reply.status, reply.body, events.readers]).toEqual([200, null, 0]);
  const kept = await app.request("/v1/events", { headers: { Host: "localhost" } });
  expect(events.readers).toBe(1);
  await kept.body?.cancel();
  expect(events.readers).toBe(0);
});

it("a full disk is answered with 503 and the time after which to try again", async () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });
  const { app } = service({ judge: () => Promise.reject(full) });
  const reply = await app.request(batch, { method: "POST", headers: { Host: "localhost" }, body: "a\n1\n" });
  expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await reply.json()).toMatchObject({ detail: expect.stringContaining("no space is left") });
});

it("a batch whose thread ended is answered with 503 and the time after which to try again", async () => {
  const { app } = service({ judge: () => Promise.reject(new JudgeThreadEnded("ended with code 1")) });
  const reply = await app.request(batch, { method: "POST", headers: { Host: "localhost" }, body: "a\n1\n" });
  expect([reply.status, reply.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await reply.json()).toMatchObject({
    title: "Busy",
    detail: expect.stringContaining("Send the request again"),
  });
});

it("an unknown parameter is answered with a list of the known ones", async () => {
  const { app } = service();
  const init = { method: "POST", headers: { Host: "localhost" }, body: "a\n1\n" };
  const reply = await app.request(`${batch}?datatime=2026-11-26T10:00:00Z`, init);
  expect(await reply.json()).toMatchObject({
    status: 400,
    detail:
      'query: expected group, recording, time, time-format, time-unit, time-zone, channels, columns, units, rate, data-time, got "datatime"',
  });
});

it("no reply names the server of an unreachable store", async () => {
  const unavailable = () => Promise.reject(new StoreUnavailable("postgres://secret-host: out of reach"));
  const { app } = service({ judge: unavailable, reader: { fleet: unavailable, stream: unavailable } });
  const requests = [
    ["POST", batch],
    ["GET", "/v1/streams"],
    ["GET", "/v1/models/walk/streams/wrist-7"],
  ] as const;
  for (const [method, path] of requests) {
    const body = method === "POST" ? { body: "a\n1\n" } : {};
    const reply = await app.request(path, { method, headers: { Host: "localhost" }, ...body });
    expect([reply.status, reply.headers.get("retry-after")], path).toEqual([503, "5"]);
    expect(await reply.text(), path).not.toContain("secret-host");
  }
});
