// Tests how pages log in: the cookie, the requests that it allows, and the requests from other sites that it does not allow.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createToken, revokeToken } from "../../../src/pipelines/tokens.ts";
import { temporaryDirectory } from "../../storage/temporary-directory.ts";
import { type FakeOptions, fakeService } from "./fake-service.ts";

let directory: string;
let file: string;
let now: Date;
const host = { Host: "tidemark.example" };
const batch = "/v1/models/walk/streams/wrist-7/batches/1";

beforeEach(() => {
  directory = temporaryDirectory();
  file = join(directory, "tokens.json");
  now = new Date("2026-12-01T00:00:00Z");
});

const service = (options: Partial<FakeOptions> = {}) => fakeService({ file, directory, now: () => now, ...options });
const tokenWith = async (name: string, scope: string): Promise<string> =>
  (await createToken({ tokens: file }, { name, scope: [scope] }, { now: () => now, actor: "ann" })).token;

type App = ReturnType<typeof fakeService>["app"];

async function logIn(app: App, token: string, headers: Record<string, string> = {}) {
  const response = await app.request("/v1/session", {
    method: "POST",
    headers: { ...host, "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ token }),
  });
  const cookie = response.headers.get("set-cookie") ?? "";
  const json = (await response.json()) as { csrf_token: string; detail: string };
  return { status: response.status, setCookie: cookie, cookie: cookie.split(";")[0]!, json };
}

describe("a page", () => {
  it("gets a cookie for a token, which scripts cannot read and other sites cannot use", async () => {
    const { app } = service();
    const token = await tokenWith("ops", "read");
    const { status, setCookie, json } = await logIn(app, ` ${token} `);
    expect(status).toBe(200);
    expect(setCookie).toMatch(/^tidemark-session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(json).toEqual({
      name: "ops",
      project: "default",
      scopes: ["read"],
      is_admin: false,
      expires_at: "2026-12-01T12:00:00.000Z",
      csrf_token: expect.stringMatching(/^[\w-]{43}$/),
    });
    const [stored] = readdirSync(join(directory, "sessions"));
    expect(readFileSync(join(directory, "sessions", stored!), "utf8")).not.toContain(
      /=([\w-]{43});/.exec(setCookie)![1],
    );
  });

  it("gets a cookie only for HTTPS if it was loaded over HTTPS, and then no other cookie is accepted", async () => {
    const { app } = service();
    const token = await tokenWith("ops", "read");
    const secure = { "X-Forwarded-Proto": "https" };
    const { setCookie, cookie } = await logIn(app, token, secure);
    expect(setCookie).toMatch(/^__Host-tidemark-session=[\w-]{43}; Path=\/; .*; HttpOnly; SameSite=Strict; Secure$/);
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await app.request("/v1/streams", { headers: { ...host, ...headers } })).status;
    expect(await status({ ...secure, Cookie: cookie })).toBe(200);
    expect(await status({ ...secure, Cookie: cookie.replace("__Host-", "") })).toBe(401);
    const direct = await app.request("https://tidemark.example/v1/streams", { headers: { Cookie: cookie } });
    expect(direct.status).toBe(200);
  });

  it("can read with its cookie what its token may read, and a program's token still works", async () => {
    const { app } = service();
    const { cookie } = await logIn(app, await tokenWith("ops", "read:wrist-*"));
    const status = async (path: string, headers: Record<string, string>): Promise<number> =>
      (await app.request(path, { headers: { ...host, ...headers } })).status;
    const stream = (name: string): string => `/v1/models/walk/streams/${name}`;
    expect(await status(stream("wrist-7"), { Cookie: `theme=dark; ${cookie}` })).toBe(200);
    expect(await status(stream("ankle-7"), { Cookie: cookie })).toBe(403);
    expect(await status(stream("wrist-7"), { Cookie: "tidemark-session=unknown" })).toBe(401);
    expect(await status(stream("wrist-7"), { Cookie: "tidemark-session=../tokens" })).toBe(401);
    // If a request has a token and a cookie, the token takes precedence.
    const ankle = { Authorization: `Bearer ${await tokenWith("other", "read:ankle-*")}` };
    expect(await status(stream("ankle-7"), { ...ankle, Cookie: cookie })).toBe(200);
    expect(await status(stream("wrist-7"), { ...ankle, Cookie: cookie })).toBe(403);
  });

  it("can change something only with the token that it read itself, and never on behalf of another site", async () => {
    const { app, judged } = service();
    const { cookie, json } = await logIn(app, await tokenWith("ops", "admin"));
    const csrf = { "X-CSRF-Token": json.csrf_token };
    const own = { Origin: "https://tidemark.example", "Sec-Fetch-Site": "same-origin" };
    const post = async (headers: Record<string, string>): Promise<number> =>
      (await app.request(batch, { method: "POST", headers: { ...host, Cookie: cookie, ...headers }, body: "a\n1\n" }))
        .status;
    expect(await post({ ...own })).toBe(403);
    expect(await post({ ...own, "X-CSRF-Token": json.csrf_token.replace(/^./, (c) => (c === "A" ? "B" : "A")) })).toBe(
      403,
    );
    expect(await post({ ...csrf, Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" })).toBe(403);
    expect(await post({ ...csrf, Origin: "https://evil.tidemark.example", "Sec-Fetch-Site": "same-site" })).toBe(403);
    expect(await post({ ...csrf, Origin: "null" })).toBe(403);
    expect(await post({ ...csrf, Origin: "https://tidemark.example.evil.example" })).toBe(403);
    expect(judged).toEqual([]);
    expect(await post({ ...csrf, ...own })).toBe(200);
    expect(await post({ ...csrf, Origin: "https://tidemark.example" })).toBe(200);
    // The CSRF token of another session is rejected.
    const other = await logIn(app, await tokenWith("other", "admin"));
    expect(await post({ ...own, "X-CSRF-Token": other.json.csrf_token })).toBe(403);
  });

  it("is logged out", async () => {
    const { app } = service();
    const { cookie, json } = await logIn(app, await tokenWith("ops", "read"));
    const call = (method: string, headers: Record<string, string> = {}) =>
      app.request("/v1/session", { method, headers: { ...host, Cookie: cookie, ...headers } });
    expect((await call("DELETE")).status).toBe(403);
    expect(await (await call("GET")).json()).toMatchObject({ name: "ops" });
    const ended = await call("DELETE", { "X-CSRF-Token": json.csrf_token });
    expect(await ended.json()).toEqual({ ended: true });
    expect(ended.headers.get("set-cookie")).toBe("tidemark-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    expect(await (await call("GET")).json()).toEqual({
      name: null,
      project: null,
      scopes: [],
      is_admin: false,
      expires_at: null,
      csrf_token: null,
    });
    expect((await app.request("/v1/streams", { headers: { ...host, Cookie: cookie } })).status).toBe(401);
    expect(readdirSync(join(directory, "sessions"))).toEqual([]);
  });

  it("is logged out after a while, and when its token is revoked", async () => {
    const { app } = service();
    const [first, second] = [
      await logIn(app, await tokenWith("a", "read")),
      await logIn(app, await tokenWith("b", "read")),
    ];
    const status = async ({ cookie }: { cookie: string }): Promise<number> =>
      (await app.request("/v1/streams", { headers: { ...host, Cookie: cookie } })).status;
    await revokeToken({ tokens: file }, "a");
    expect([await status(first), await status(second)]).toEqual([401, 200]);
    now = new Date("2026-12-01T11:59:59.999Z");
    expect(await status(second)).toBe(200);
    now = new Date("2026-12-01T12:00:00.000Z");
    expect(await status(second)).toBe(401);
    await logIn(app, await tokenWith("c", "read"));
    expect(readdirSync(join(directory, "sessions"))).toHaveLength(1);
  });

  it("stays logged in with another replica, and after a restart", async () => {
    const { cookie } = await logIn(service().app, await tokenWith("ops", "read"));
    const response = await service().app.request("/v1/session", { headers: { ...host, Cookie: cookie } });
    expect(await response.json()).toMatchObject({ name: "ops", expires_at: "2026-12-01T12:00:00.000Z" });
  });

  it("is not logged in with an unknown token, from another site, or with a body that is not JSON", async () => {
    const { app } = service();
    const token = await tokenWith("ops", "read");
    expect(await logIn(app, "tidemark_unknown")).toMatchObject({ status: 401, setCookie: "" });
    expect(await logIn(app, token, { "Sec-Fetch-Site": "cross-site" })).toMatchObject({ status: 403, setCookie: "" });
    expect(await logIn(app, token, { Origin: "https://evil.example" })).toMatchObject({ status: 403, setCookie: "" });
    const type = "application/x-www-form-urlencoded";
    expect(await logIn(app, token, { "Content-Type": type })).toMatchObject({ status: 415, setCookie: "" });
    expect(await logIn(app, "x".repeat(20_000))).toMatchObject({ status: 413 });
    expect(await logIn(app, "")).toMatchObject({ status: 422, json: { detail: expect.stringMatching(/^token: /) } });
    expect(() => readdirSync(join(directory, "sessions"))).toThrow("ENOENT");
  });

  it("does not need to log in as long as there are no tokens and only this machine can reach the service", async () => {
    const { app } = service({ isOpen: true });
    const response = await app.request("/v1/session", { headers: { Host: "localhost:8787" } });
    expect(await response.json()).toEqual({
      name: "local",
      project: "default",
      scopes: ["admin"],
      is_admin: true,
      expires_at: null,
      csrf_token: null,
    });
  });

  it("ignores a damaged session and other files in the folder", async () => {
    const { app } = service();
    const { cookie } = await logIn(app, await tokenWith("ops", "read"));
    const [name] = readdirSync(join(directory, "sessions"));
    writeFileSync(join(directory, "sessions", name!), "{");
    mkdirSync(join(directory, "sessions", "other"));
    expect((await app.request("/v1/streams", { headers: { ...host, Cookie: cookie } })).status).toBe(401);
    expect((await logIn(app, await tokenWith("b", "read"))).status).toBe(200);
  });
});
