// Two tenants share a service. A token with every scope in one project walks all routes of the OpenAPI description, and finds
// and changes nothing of the other project's stream, not even that it exists.
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createToken } from "../../../src/pipelines/tokens.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory } from "../../pipelines/tiny-run.ts";
import { PostgresServer, withoutPostgres } from "../../storage/postgres-server.ts";
import { post, startService } from "./running-service.ts";

const directory = fileDirectory();
let csv: string;
const stream = "secret-wrist";
const batch = "secret-monday";

beforeAll(() => {
  unpackOldModel(directory);
  cpSync(join(directory, "walk"), join(directory, "models", "walk"), { recursive: true });
  csv = gunzipSync(readFileSync(join(directory, "batch.csv.gz"))).toString();
});

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

async function expectSeparateTenants(store: string): Promise<void> {
  const scope = ["ingest", "read", "admin"];
  const token = async (project: string): Promise<Record<string, string>> => {
    const made = await createToken({ store }, { name: project, scope, project });
    return { authorization: `Bearer ${made.token}` };
  };
  const [ours, theirs] = [await token("ours"), await token("theirs")];
  const service = await startService(["--models", "models", "--store", store], directory);
  const own = `/v1/models/walk/streams/${stream}`;
  expect((await post(service.url, `${own}/batches/${batch}`, csv, ours)).status).toBe(200);
  const stored = async (): Promise<object> => {
    const reply = await fetch(`${service.url}${own}`, { headers: ours });
    const { at: _, silence: __, ...kept } = (await reply.json()) as Record<string, unknown>;
    return kept;
  };
  const before = await stored();
  expect(before).toMatchObject({ stream, history: [{ batch_id: batch }] });

  const { paths } = (await (await fetch(`${service.url}/v1/openapi.json`)).json()) as Described;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method, path]),
  );
  expect(routes.length).toBeGreaterThan(20);
  const statuses: Record<string, number> = {};
  // `/v1/events` never ends, and posting the batch would create it in the other project's own stream of this name.
  const others = ["get /v1/events", "post /v1/models/{model}/streams/{stream}/batches/{batch}"];
  for (const [method, path] of routes.filter((own) => !others.includes(own.join(" "))) as [string, string][]) {
    const address = path
      .replace("{model}", "walk")
      .replace("{other}", "walk@champion")
      .replace("{stream}", stream)
      .replace("{batch}", batch)
      .replace("{name}", "x.js");
    const confirmation = path.endsWith("/erase") ? { stream } : {};
    const body = method === "post" ? { body: JSON.stringify({ reason: "why", ...confirmation }) } : {};
    const headers = { ...theirs, "content-type": "application/json" };
    const reply = await fetch(`${service.url}${address}`, { method: method!.toUpperCase(), headers, ...body });
    const text = await reply.text();
    if (path.includes("{stream}")) statuses[`${method} ${path.split("{stream}")[1]}`] = reply.status;
    // The reply may name the stream only because the request did.
    else expect(text, path).not.toContain("secret");
    expect(reply.status, path).toBeLessThan(500);
  }
  expect(new Set(Object.values(statuses)), JSON.stringify(statuses)).toEqual(new Set([404]));
  expect(Object.keys(statuses)).toHaveLength(9);
  expect(await stored()).toEqual(before);

  // In the other project, the same names belong to a different stream and a different batch.
  const again = await post(service.url, `${own}/batches/${batch}`, csv, theirs);
  expect(again).toMatchObject({ status: 200, json: { known: false } });
  const erased = JSON.stringify({ reason: "why", stream });
  const type = { ...theirs, "content-type": "application/json" };
  expect((await post(service.url, `${own}/erase`, erased, type)).json).toMatchObject({ changed: true, batches: 1 });
  expect(await stored()).toEqual(before);
  expect((await service.stop()).code).toBe(0);
}

it("tenants see and change nothing of each other in a folder of ledgers", () =>
  expectSeparateTenants(`sqlite:${join(directory, "ledgers")}`));

describe.skipIf(withoutPostgres !== "")(`with PostgreSQL${withoutPostgres}`, () => {
  const server = new PostgresServer();
  beforeAll(() => server.start());
  afterAll(() => server.remove());

  it("tenants see and change nothing of each other in a database", async () =>
    expectSeparateTenants(server.address(await server.newDatabase())));
});
