// Tests how the client contacts a server (certificates, credentials, prefixes, proxies), and which parts of a server's answer
// appear in messages.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MlflowClient } from "../../src/storage/mlflow-client.ts";
import { serverAddress } from "../../src/storage/server-address.ts";
import { TrackingFault } from "../../src/storage/tracking-fault.ts";
import { fileDirectory } from "../pipelines/tiny-run.ts";
import { FakeMlflow } from "./fake-mlflow.ts";

const directory = fileDirectory();
const fake = new FakeMlflow();

/** Returns the result of one request, or its fault. */
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

  it("is trusted if MLFLOW_TRACKING_SERVER_CERT_PATH names it", async () => {
    expect(await ask(uri, { MLFLOW_TRACKING_SERVER_CERT_PATH: join(directory, "cert.pem") })).toBe("7");
  });

  it("is not verified with MLFLOW_TRACKING_INSECURE_TLS", async () => {
    expect(await ask(uri, { MLFLOW_TRACKING_INSECURE_TLS: "true" })).toBe("7");
  });
});

describe("an answer", () => {
  it("is requested with the credentials, which no error message contains", async () => {
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
    ["Thu, 01 Jan 2026 00:00:00 GMT", 0],
  ])("that says Retry-After: %s is taken at its word", async (header, seconds) => {
    const server = createPlainServer((_, answer) => answer.writeHead(429, { "retry-after": header }).end());
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const fault = await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await new Promise((resolve) => server.close(resolve));
    expect(fault).toMatchObject({ kind: "busy", retryAfterSeconds: seconds });
  });

  it("that is a web page or otherwise not from MLflow shows that the server is a different one", async () => {
    const bodies = ["<html>Welcome</html>", '{"ok":true}', "[]"];
    const server = createPlainServer((_, answer) => answer.end(bodies.shift()));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    while (bodies.length > 0) {
      expect(await ask(uri)).toMatchObject({
        kind: "refused",
        message: expect.stringContaining(
          "no MLflow server answers there (/api/2.0/mlflow/experiments/get-by-name returned",
        ),
      });
    }
    await new Promise((resolve) => server.close(resolve));
    expect(await ask(uri)).toMatchObject({ kind: "unreachable", message: expect.stringContaining("ECONNREFUSED") });
  });
});

type Behaviour = (question: IncomingMessage, answer: ServerResponse) => void;

/**
 * Returns the fault of one request to a server with the given behaviour, and the number of bytes that the server could write.
 */
async function against(
  behave: Behaviour,
  ask: (client: MlflowClient) => Promise<unknown> = (client) => client.experimentId("walking"),
  deadlineMs = 30_000,
): Promise<{ fault: unknown; written: number }> {
  let written = 0;
  const server = createPlainServer((question, answer) => {
    answer.on("close", () => {
      written += question.socket.bytesWritten;
    });
    behave(question, answer);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new MlflowClient(serverAddress(uri, {})!, { answerMs: deadlineMs, uploadMs: deadlineMs });
  const fault = await ask(client).then(
    () => null,
    (error: unknown) => error,
  );
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { fault, written };
}

/** Writes until the client accepts no more bytes. */
function flood(answer: ServerResponse, part: Buffer): void {
  answer.on("error", () => {});
  const more = (): void => {
    while (!answer.destroyed && answer.write(part));
    if (!answer.destroyed) answer.once("drain", more);
  };
  more();
}

const mebi = 2 ** 20;

describe("a hostile server", () => {
  it.each([
    ["claims a longer answer than there may be", { "content-length": String(7e9) }],
    ["claims no length", {}],
  ])("is not read beyond 16 MiB: %s", async (_, headers) => {
    const { fault, written } = await against((_question, answer) => {
      answer.writeHead(200, headers);
      flood(answer, Buffer.alloc(mebi, " "));
    });
    expect(fault).toMatchObject({ kind: "refused", message: expect.stringMatching(/returned more than 16 MiB\)$/) });
    expect(written).toBeLessThan(64 * mebi);
  });

  it("has at most 64 KiB of an error read, whose beginning is reported", async () => {
    const { fault, written } = await against((_question, answer) => {
      answer.writeHead(500);
      answer.write("out of order ");
      flood(answer, Buffer.alloc(mebi, "x"));
    });
    expect(fault).toMatchObject({ kind: "busy", message: expect.stringMatching(/answered 500: out of order x+$/) });
    expect(String(fault).length).toBeLessThan(400);
    expect(written).toBeLessThan(32 * mebi);
  });

  it("has at most 300 characters of its messages reported", async () => {
    const { fault } = await against((_question, answer) =>
      answer.writeHead(400).end(JSON.stringify({ error_code: "INVALID", message: "no ".repeat(9000) })),
    );
    expect(fault).toMatchObject({ kind: "refused" });
    const [, said] = /answered 400: (.*)$/s.exec((fault as Error).message)!;
    expect(said).toHaveLength(300);
  });

  it("is rejected if it compresses an answer without being asked to", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * mebi, " "));
    const encodings: unknown[] = [];
    const { fault, written } = await against((question, answer) => {
      encodings.push(question.headers["accept-encoding"]);
      answer.writeHead(200, { "content-encoding": "gzip" }).end(bomb);
    });
    expect(encodings).toEqual(["identity"]);
    expect(fault).toMatchObject({ kind: "refused", message: expect.stringContaining("compressed bytes (gzip)") });
    expect(written).toBeLessThan(mebi);
  });

  it.each([
    ["an answer", (client: MlflowClient) => client.experimentId("walking")],
    [
      "the answer to an upload",
      (client: MlflowClient) => client.putArtifact("mlflow-artifacts:/7/r1", "a.txt", Buffer.from("a")),
    ],
  ])("does not hold us by dripping %s", async (_, ask) => {
    let dripped = 0;
    const behave: Behaviour = (_question, answer) => {
      answer.writeHead(200);
      const drip = setInterval(() => {
        dripped++;
        answer.write(" ");
      }, 5);
      answer.on("close", () => clearInterval(drip));
    };
    const { fault } = await against(behave, ask, 300);
    expect(fault).toMatchObject({ kind: "unreachable", message: expect.stringContaining("no answer within 0.3 s") });
    expect(dripped).toBeGreaterThan(1);
  });

  it.each([301, 302, 307, 308])(
    "is not followed if it redirects (%i), because the credentials would be sent elsewhere",
    async (status) => {
      fake.asked.length = 0;
      const { fault } = await against((_question, answer) =>
        answer.writeHead(status, { location: `${fake.uri}/api/2.0/mlflow/experiments/get-by-name` }).end(),
      );
      expect(fault).toMatchObject({ kind: "refused", message: expect.stringContaining(`redirect to ${fake.uri}`) });
      expect(fake.asked).toEqual([]);
    },
  );

  it("does not lead an artifact out of the artifacts", async () => {
    fake.asked.length = 0;
    const client = new MlflowClient(serverAddress(fake.uri, {})!);
    const put = client.putArtifact("mlflow-artifacts:/../../../api/2.0/mlflow/runs", "delete", Buffer.from("{}"));
    await expect(put).rejects.toMatchObject({ kind: "refused" });
    await client.close();
    expect(fake.asked).toEqual([]);
  });

  it.each(["0", "-5", "1e400", "9".repeat(400), "Infinity", "NaN", "", "Thu, 01 Jan 9999 00:00:00 GMT"])(
    "does not choose our wait without bounds: Retry-After: %s",
    async (header) => {
      const { fault } = await against((_question, answer) => answer.writeHead(503, { "retry-after": header }).end());
      const { retryAfterSeconds: seconds } = fault as TrackingFault;
      if (seconds !== undefined) expect(seconds).toBeGreaterThanOrEqual(0);
      if (seconds !== undefined) expect(seconds).toBeLessThanOrEqual(86_400);
    },
  );

  it("does not make the client page forever", async () => {
    let pages = 0;
    const { fault } = await against(
      (_question, answer) => {
        pages++;
        answer.end(JSON.stringify({ runs: [], next_page_token: "more" }));
      },
      (client) => client.findRun("7", { key: "tidemark.run", value: "x" }, () => false),
    );
    expect(fault).toMatchObject({ kind: "refused", message: expect.stringContaining("100 pages") });
    expect(pages).toBe(100);
  });
});
