// Tests decisions over HTTP: the calls to the store, the records in the audit log, and the rejected requests.
import { beforeEach, describe, expect, it } from "vitest";
import { NothingToDecide, RefusedDecision } from "../../../src/pipelines/decide-served.ts";
import { StoreUnavailable } from "../../../src/pipelines/open-service.ts";
import { createToken } from "../../../src/pipelines/tokens.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";
import { type FakeOptions, fakeService } from "./fake-service.ts";

let directory: string;
let file: string;
let admin: string;

beforeEach(async () => {
  directory = temporaryDirectory();
  file = `${directory}/tokens.json`;
  admin = (await createToken({ tokens: file }, { name: "ops", scope: ["admin"] })).token;
});

const stream = "/v1/models/walk/streams/left%20wrist";

function service(options: Partial<FakeOptions> = {}) {
  const fake = fakeService({ file, directory, ...options });
  const post = async (path: string, body: unknown, type = "application/json") => {
    const headers = { Authorization: `Bearer ${admin}`, "Content-Type": type };
    const response = await fake.app.request(path, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: response.status, json: (await response.json()) as Record<string, unknown>, response };
  };
  return { ...fake, post };
}

describe("a decision", () => {
  it("is stored with its author and reason, and is in the audit log without the name of the stream", async () => {
    const { post, decided, audited } = service();
    expect((await post(`${stream}/batches/b%201/accept`, { reason: " new shoes " })).json).toEqual({
      action: "accept",
      changed: true,
      batches: null,
    });
    await post(`${stream}/reset`, { reason: "another person" });
    await post(`${stream}/erase`, { reason: "withdrew", stream: "left wrist" });
    const own = { project: "default", model: "walk", stream: "left wrist", who: "ops" };
    expect(decided).toEqual([
      { ...own, batch: "b 1", action: "accept", reason: "new shoes" },
      { ...own, batch: null, action: "reset", reason: "another person" },
      { ...own, batch: null, action: "erase", reason: "withdrew" },
    ]);
    // printf 'left wrist' | sha256sum; printf 'b 1' | sha256sum
    const target = "sha256:3bed5f2c054fb5e70dfcfd233f87c4a36577f9adf7a12ae1d6811b7dc32e9401";
    expect(audited).toEqual([
      {
        actor: "ops",
        action: "accept",
        target,
        details: {
          project: "default",
          model: "walk",
          batch: "sha256:dc67949bdca3c2e1bb86890c76a58a0faf09d5b1493daa9d18411e7210f81260",
        },
      },
      { actor: "ops", action: "reset", target, details: { project: "default", model: "walk" } },
      { actor: "ops", action: "erase", target, details: { project: "default", model: "walk" } },
    ]);
  });

  it("is sent to the pages that may read the stream", async () => {
    const { app, post, events } = service();
    const { token } = await createToken({ tokens: file }, { name: "others", scope: ["read:ankle-*"] });
    const [own, other] = await Promise.all(
      [admin, token].map((secret) => app.request("/v1/events", { headers: { Authorization: `Bearer ${secret}` } })),
    );
    await post(`${stream}/retire`, { reason: "broken" });
    events.close();
    expect(await own!.text()).toContain(
      'event: changed\ndata: {"model":"walk","stream":"left wrist","action":"retire"}\n\n',
    );
    expect(await other!.text()).not.toContain("changed");
  });

  it("requires a reason as JSON, and for an erasure also the name of the stream", async () => {
    const { post, decided, audited } = service();
    expect(await post(`${stream}/retire`, {})).toMatchObject({ status: 422 });
    expect(await post(`${stream}/retire`, { reason: "  " })).toMatchObject({ status: 422 });
    expect(await post(`${stream}/retire`, { reason: "x".repeat(1001) })).toMatchObject({ status: 422 });
    expect(await post(`${stream}/retire`, { reason: "done", who: "eve" })).toMatchObject({ status: 422 });
    expect(await post(`${stream}/retire`, { reason: "done" }, "text/plain")).toMatchObject({ status: 415 });
    expect(await post(`${stream}/erase`, { reason: "withdrew" })).toMatchObject({ status: 422 });
    expect(await post(`${stream}/erase`, { reason: "withdrew", stream: "left" })).toMatchObject({
      status: 422,
      json: { detail: expect.stringContaining("expected the name of the stream") },
    });
    expect([decided, audited]).toEqual([[], []]);
  });

  it("that is not possible is rejected with an explanation, and one that changes nothing is not audited", async () => {
    const answers: (() => Promise<never> | Promise<{ model: string; changed: boolean; batches: null }>)[] = [
      () => Promise.reject(new NothingToDecide("model walk has no such stream")),
      () => Promise.reject(new RefusedDecision("the quality gate rejected it")),
      () => Promise.reject(new StoreUnavailable("postgres://secret-host: out of reach")),
      async () => ({ model: "walk", changed: false, batches: null }),
    ];
    const { post, audited } = service({ decide: () => answers.shift()!() });
    const accept = () => post(`${stream}/batches/1/accept`, { reason: "new shoes" });
    expect(await accept()).toMatchObject({ status: 404 });
    expect(await accept()).toMatchObject({ status: 409, json: { detail: "the quality gate rejected it" } });
    const busy = await accept();
    expect(busy.response.headers.get("retry-after")).toBe("5");
    expect(busy).toMatchObject({ status: 503, json: { detail: expect.not.stringContaining("secret-host") } });
    expect(await accept()).toMatchObject({ status: 200, json: { changed: false } });
    expect(audited).toEqual([]);
  });
});
