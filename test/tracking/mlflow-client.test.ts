// How the server is reached: certificates, credentials, prefixes, proxies, and what of an answer is told.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MlflowClient } from "../../src/tracking/mlflow-client.ts";
import { serverAddress } from "../../src/tracking/server-address.ts";
import { TrackingFault } from "../../src/tracking/tracking-fault.ts";
import { fileDirectory } from "../pipelines/tiny-run.ts";
import { FakeMlflow } from "./fake-mlflow.ts";

const directory = fileDirectory();
const fake = new FakeMlflow();

/** What becomes of one request. */
async function ask(uri: string, environment: Record<string, string> = {}): Promise<string | TrackingFault> {
  const client = new MlflowClient(serverAddress(uri, environment)!);
  try {
    return await client.experimentId("walking");
  } catch (error) {
    if (error instanceof TrackingFault) return error;
    throw error;
  } finally {
    await client.close();
  }
}

beforeAll(() => fake.open());
afterAll(() => fake.close());

function madeCertificate(): boolean {
  try {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
    const files = ["-keyout", join(directory, "key.pem"), "-out", join(directory, "cert.pem")];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...key, ...subject, ...files], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const certified = madeCertificate();

describe.skipIf(!certified)(`a certificate of one's own${certified ? "" : " (skipped: no openssl)"}`, () => {
  let server: Server;
  let uri = "";
  beforeAll(async () => {
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => readFileSync(join(directory, name)));
    server = createServer({ key, cert }, (question, answer) => void fake.handle(question, answer));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    uri = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it("is not trusted", async () => {
    expect(await ask(uri)).toMatchObject({ kind: "unreachable", message: expect.stringContaining("self-signed") });
  });

  it("is trusted where MLFLOW_TRACKING_SERVER_CERT_PATH names it", async () => {
    expect(await ask(uri, { MLFLOW_TRACKING_SERVER_CERT_PATH: join(directory, "cert.pem") })).toBe("7");
  });

  it("is not looked at with MLFLOW_TRACKING_INSECURE_TLS", async () => {
    expect(await ask(uri, { MLFLOW_TRACKING_INSECURE_TLS: "true" })).toBe("7");
  });
});

describe("an answer", () => {
  it("is asked for with the credentials, which no fault names", async () => {
    const { host } = new URL(fake.uri);
    expect(await ask(`http://me:s3cret@${host}`)).toBe("7");
    expect(fake.asked.at(-1)!.authorization).toBe(`Basic ${Buffer.from("me:s3cret").toString("base64")}`);
    fake.refuse = () => ({ status: 403, message: "not yours" });
    const fault = await ask(`http://me:s3cret@${host}`, { MLFLOW_TRACKING_TOKEN: "t0ken" });
    fake.refuse = () => undefined;
    expect(fault).toMatchObject({ kind: "unauthorized", message: `${fake.uri} answered 403: not yours` });
  });

  it.each([
    ["12", 12],
    ["soon", undefined],
    [new Date(Date.now() - 5000).toUTCString(), 0],
  ])("that says Retry-After: %s is taken at its word", async (header, seconds) => {
    const server = createPlainServer((_, answer) => answer.writeHead(429, { "retry-after": header }).end());
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const fault = await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await new Promise((resolve) => server.close(resolve));
    expect(fault).toMatchObject({ kind: "busy", retryAfterSeconds: seconds });
  });

  it("that is a page, or nothing that MLflow says, is no server's", async () => {
    const bodies = ["<html>Welcome</html>", '{"ok":true}', "[]"];
    const server = createPlainServer((_, answer) => answer.end(bodies.shift()));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    while (bodies.length > 0) {
      expect(await ask(uri)).toMatchObject({
        kind: "refused",
        message: expect.stringContaining(
          "no MLflow server answers there (/api/2.0/mlflow/experiments/get-by-name gave",
        ),
      });
    }
    await new Promise((resolve) => server.close(resolve));
    expect(await ask(uri)).toMatchObject({ kind: "unreachable", message: expect.stringContaining("ECONNREFUSED") });
  });
});
