// How the service listens and stops: over HTTPS, and at once after a second signal.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createToken } from "../../../src/pipelines/tokens.ts";
import { unpackOldModel } from "../../pipelines/old-model.ts";
import { fileDirectory, start } from "../../pipelines/tiny-run.ts";
import { startService } from "./running-service.ts";

const directory = fileDirectory();
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

beforeAll(() => {
  unpackOldModel(directory);
  cpSync(join(directory, "walk"), join(directory, "models", "walk"), { recursive: true });
});

describe.skipIf(!hasOpenssl)(`HTTPS${hasOpenssl ? "" : " (skipped: no openssl)"}`, () => {
  beforeAll(() => {
    const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-nodes"];
    const files = ["-keyout", "key.pem", "-out", "cert.pem"];
    const made = spawnSync(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", ...name, ...files],
      {
        cwd: directory,
      },
    );
    expect(made.status, String(made.stderr)).toBe(0);
  });

  it("serves with a certificate, and gives pages a cookie that never leaves HTTPS", async () => {
    const tokens = join(directory, "tokens.json");
    const { token } = await createToken({ tokens }, { name: "ann", scope: ["read"] });
    const words = ["--models", "models", "--tokens", tokens, "--tls-certificate", "cert.pem", "--tls-key", "key.pem"];
    const service = await startService(words, directory);
    expect(service.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const ca = readFileSync(join(directory, "cert.pem"));
    const reply = await new Promise<{ status: number | undefined; cookie: string }>((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      request(`${service.url}/v1/session`, { method: "POST", headers, ca }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, cookie: String(response.headers["set-cookie"]) });
      })
        .on("error", reject)
        .end(JSON.stringify({ token }));
    });
    expect(reply.status).toBe(200);
    expect(reply.cookie).toMatch(/^__Host-tidemark-session=.*; HttpOnly; SameSite=Strict; Secure$/);
    await expect(fetch(service.url.replace("https", "http"))).rejects.toThrow();
    expect((await service.stop()).code).toBe(0);
  });

  it("names the missing half of a certificate and its key", async () => {
    const words = ["serve", "--models", "models", "--port", "0", "--tls-certificate", "cert.pem"];
    const { exitCode, stderr } = await start(words, directory).ended;
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("expected both options or neither, got one")]);
  });
});

it("a second signal ends the service at once, while a client is still sending", async () => {
  const service = await startService(["--models", "models"], directory);
  const { port } = new URL(service.url);
  const head = "POST /v1/models/walk/streams/a/batches/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n";
  const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
  await new Promise<unknown>((resolve) => {
    socket.once("data", resolve);
    socket.write(`${head}Content-Type: text/csv\r\nContent-Length: 1000\r\n\r\n`);
  });
  const stopping = new Promise((resolve) => service.child.stderr!.once("data", resolve));
  service.child.kill("SIGTERM");
  await stopping;
  expect(service.child.exitCode).toBeNull();
  const { code } = await service.stop("SIGTERM");
  expect(code).toBe(130);
});
