// Three replicas of the service, each with its own folder of models as on three machines, share only a database. They know the
// same tokens and sessions at the same time: whatever one of them accepts or refuses, the others accept or refuse, too.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createToken, revokeToken, rotateToken } from "../../../src/pipelines/tokens.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, start } from "../../pipelines/tiny-run.ts";
import { PostgresServer, postgresPassword, withoutPostgres } from "../../storage/postgres-server.ts";
import { type RunningService, startService } from "./running-service.ts";

const directory = fileDirectory();
const machines = ["one", "two", "three"];
const modelsOf = (machine: string): string => join(directory, machine);
let csv: string;

beforeAll(() => {
  unpackOldModel(directory);
  for (const machine of machines) {
    cpSync(join(directory, "walk"), join(modelsOf(machine), "walk"), { recursive: true });
  }
  csv = gunzipSync(readFileSync(join(directory, "batch.csv.gz"))).toString();
});

describe.skipIf(withoutPostgres !== "")(`replicas that share only a database${withoutPostgres}`, () => {
  const server = new PostgresServer();
  beforeAll(() => server.start());
  afterAll(() => server.remove());

  const replicasOf = (store: string): Promise<RunningService[]> =>
    Promise.all(machines.map((own) => startService(["--models", modelsOf(own), "--store", store], directory)));

  it("accept a new token, and refuse a revoked one, from the next request on", async () => {
    const database = await server.newDatabase();
    const store = server.address(database);
    const replicas = await replicasOf(store);
    const statuses = (secret: string): Promise<number[]> =>
      Promise.all(
        replicas.map(async ({ url }) => {
          const headers = { Authorization: `Bearer ${secret}` };
          return (await fetch(`${url}/v1/streams`, { headers })).status;
        }),
      );
    // Without any token, each replica is open to its own machine only.
    expect(await statuses("none")).toEqual([200, 200, 200]);
    const { token } = await createToken({ store }, { name: "ann", scope: ["read"] });
    expect(await statuses("none")).toEqual([401, 401, 401]);
    expect(await statuses(token)).toEqual([200, 200, 200]);
    const { token: next } = await rotateToken({ store }, { name: "ann", overlapHours: 0 });
    expect([await statuses(token), await statuses(next)]).toEqual([
      [401, 401, 401],
      [200, 200, 200],
    ]);
    const { exitCode } = await start(["token", "revoke", "ann", "--store", store], directory).ended;
    expect(exitCode).toBe(0);
    expect(await statuses(next)).toEqual([401, 401, 401]);

    const rows = await server.sql("SELECT action, target FROM tidemark.audit ORDER BY sequence", [], database);
    expect(rows).toEqual(["create", "rotate", "revoke"].map((own) => ({ action: `token ${own}`, target: "ann" })));
    const [stored] = await server.sql("SELECT content FROM tidemark.tokens", [], database);
    for (const secret of [token, next]) expect(stored!.content).not.toContain(secret);
    for (const machine of machines) expect(readdirSync(modelsOf(machine))).toEqual(["walk"]);
  });

  it("share sessions of the pages, end them together, and record decisions in one audit log", async () => {
    const database = await server.newDatabase();
    const store = server.address(database);
    const { token } = await createToken({ store }, { name: "ann", scope: ["admin"] });
    const replicas = await replicasOf(store);
    const [first, second, third] = replicas.map(({ url }) => url) as [string, string, string];
    const logIn = async (url: string) => {
      const headers = { "Content-Type": "application/json" };
      const reply = await fetch(`${url}/v1/session`, { method: "POST", headers, body: JSON.stringify({ token }) });
      const { csrf_token } = (await reply.json()) as { csrf_token: string };
      return { Cookie: reply.headers.get("set-cookie")!.split(";")[0]!, "X-CSRF-Token": csrf_token };
    };
    const session = await logIn(first);
    const stream = "/v1/models/walk/streams/wrist-7";
    const posted = await fetch(`${second}${stream}/batches/1`, { method: "POST", headers: session, body: csv });
    expect(posted.status).toBe(200);
    const retired = await fetch(`${third}${stream}/retire`, {
      method: "POST",
      headers: { ...session, "Content-Type": "application/json" },
      body: JSON.stringify({ reason: "broken strap" }),
    });
    expect(retired.status).toBe(200);
    const audited = await server.sql("SELECT actor, action FROM tidemark.audit ORDER BY sequence", [], database);
    expect(audited.at(-1)).toEqual({ actor: "ann", action: "retire" });

    const statuses = (headers: Record<string, string>): Promise<number[]> =>
      Promise.all(replicas.map(async ({ url }) => (await fetch(`${url}/v1/streams`, { headers })).status));
    const another = await logIn(second);
    expect((await fetch(`${second}/v1/session`, { method: "DELETE", headers: session })).status).toBe(200);
    expect([await statuses(session), await statuses(another)]).toEqual([
      [401, 401, 401],
      [200, 200, 200],
    ]);
    await revokeToken({ store }, "ann");
    expect(await statuses(another)).toEqual([401, 401, 401]);
  });

  it("refuse other tokens with 503 while the database is down, but show their metrics for a fixed one", async () => {
    const store = server.address(await server.newDatabase());
    const { token } = await createToken({ store }, { name: "ann", scope: ["read"] });
    const fixed = "0123456789abcdef0123456789abcdef";
    const words = ["--models", modelsOf("two"), "--store", store];
    const { url, ended, child } = await startService(words, directory, { TIDEMARK_READ_TOKEN: fixed });
    const get = async (path: string, secret: string): Promise<[number, string | null]> => {
      const reply = await fetch(`${url}${path}`, { headers: { Authorization: `Bearer ${secret}` } });
      return [reply.status, reply.headers.get("retry-after")];
    };
    expect([await get("/metrics", fixed), await get("/metrics", token)]).toEqual([
      [200, null],
      [200, null],
    ]);
    await server.kill();
    expect((await get("/readyz", "none"))[0]).toBe(503);
    expect([await get("/metrics", fixed), await get("/metrics", token), await get("/livez", "none")]).toEqual([
      [200, null],
      [503, "5"],
      [200, null],
    ]);
    await server.start();
    expect([await get("/metrics", token), await get("/readyz", "none")]).toEqual([
      [200, null],
      [200, null],
    ]);
    child.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, signal: null });
  });

  it("name the place of their tokens, and refuse to ignore a token file", async () => {
    const store = server.address(await server.newDatabase());
    const words = ["--models", modelsOf("one"), "--store", store];
    const open = await start(["serve", ...words, "--host", "0.0.0.0", "--port", "0"], directory).ended;
    expect(open.exitCode).toBe(2);
    expect(open.stderr).toContain(
      `tidemark token create NAME --scope ingest --store postgres://127.0.0.1:${server.port}`,
    );
    const file = join(modelsOf("one"), "tokens.json");
    writeFileSync(file, JSON.stringify({ schema_version: 1, tokens: [] }));
    const refused = await start(["serve", ...words, "--check-config"], directory).ended;
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("which all replicas share, found a token file");
    expect(`${open.stderr}${refused.stderr}`).not.toContain(encodeURIComponent(postgresPassword));
    const kept = await start(["serve", ...words, "--check-config", "--tokens", file], directory).ended;
    expect(kept.exitCode).toBe(0);
  });
});
