// Runs `check --alert` with a web server and a mail server that this test starts.
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertMessageSchema } from "../../src/report/alert-message.ts";
import { unpackOldModel } from "./old-model.ts";
import { type Ended, fileDirectory, main, startProgram } from "./tiny-run.ts";

const directory = fileDirectory();
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

interface Asked {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}
const asked: Asked[] = [];
let status = 200;
const web: Server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    asked.push({ path: request.url!, headers: request.headers as Record<string, string>, body });
    response.statusCode = status;
    response.end("the receiver says secret things");
  });
});

/** The lines that clients have sent to the mail server. */
const mails: string[] = [];
/** Accepts every email. */
const mail = createSocketServer((socket) => {
  let isData = false;
  let text = "";
  socket.on("error", () => {});
  socket.write("220 test\r\n");
  socket.on("data", (bytes) => {
    text += bytes;
    for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      mails.push(line);
      if (isData && line !== ".") continue;
      if (/^(EHLO)/.test(line)) socket.write("250-test\r\n250 AUTH PLAIN\r\n");
      else if (line === "DATA") socket.write("354 go on\r\n");
      else if (/^AUTH/.test(line)) socket.write("235 ok\r\n");
      else socket.write("250 ok\r\n");
      isData = line === "DATA";
    }
  });
});

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
const urlOf = (path: string): string => `http://127.0.0.1:${portOf(web)}${path}`;

beforeAll(async () => {
  unpackOldModel(directory);
  const text = gunzipSync(readFileSync(join(directory, "batch.csv.gz"))).toString();
  writeFileSync(join(directory, "good.csv"), text);
  // No person can cause accelerations in m/s^2 that are thirty times as large as these.
  const [header, ...rows] = text.trimEnd().split("\n");
  const faulty = rows.map((row) =>
    row
      .split(",")
      .map((value, i) => (i < 4 ? value : String(30 * Number(value))))
      .join(","),
  );
  writeFileSync(join(directory, "faulty.csv"), [header, ...faulty].join("\n"));
  writeFileSync(join(directory, "empty.csv"), `${header}\n`);
  for (const server of [web, mail]) await once(server.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => {
  web.close();
  mail.close();
});

const run = (words: readonly string[], environment: Record<string, string> = {}): Promise<Ended> =>
  startProgram(process.execPath, [main, ...words], directory, { TIDEMARK_WEBHOOK_SECRET: secret, ...environment })
    .ended;
const check = (file: string, id: string, ...words: string[]): Promise<Ended> =>
  run(["check", file, "--model", "walk", "--stream", "s", "--batch-id", id, ...words]);

describe("check --alert", () => {
  it("sends a signed webhook when the alarm begins, says nothing of it in its output, and keeps its exit code", async () => {
    expect(await check("good.csv", "b1", "--alert", urlOf("/hook"))).toMatchObject({ exitCode: 0, stderr: "" });
    expect(asked).toEqual([]);
    const { exitCode, stdout, stderr } = await check("faulty.csv", "b2", "--alert", urlOf("/hook"), "--verbose");
    expect(exitCode).toBe(11);
    expect(asked.map(({ path }) => path)).toEqual(["/hook"]);
    const { headers, body } = asked[0]!;
    const message = alertMessageSchema.parse(new Webhook(secret).verify(body, headers));
    expect(message).toMatchObject({
      type: "alarm.began",
      data: { id: headers["webhook-id"], stream: "s", batch_id: "b2" },
    });
    expect(`${stdout}${stderr}`).not.toContain("hook");
    expect(await check("faulty.csv", "b2", "--alert", urlOf("/hook"))).toMatchObject({ exitCode: 11, stderr: "" });
    expect(asked).toHaveLength(1);
  });

  it("keeps the verdict if no target accepts the alert, lists the waiting alert, and sends it later with the same id", async () => {
    status = 404;
    const words = ["--stream", "t", "--alert", "env:HOOK"];
    const hook = { HOOK: urlOf("/down-secret") };
    const call = ["check", "faulty.csv", "--model", "walk", "--batch-id", "b1", ...words];
    const { exitCode, stdout, stderr } = await run(call, hook);
    expect({ exitCode, verdict: stdout.slice(0, 13) }).toEqual({ exitCode: 11, verdict: "sudden_change" });
    expect(stderr.replace(/\s+/g, " ")).toMatch(
      /^warning: alerts: plain http:\/\/127.0.0.1:\d+ \(\w{6}\): it answered 404. The next check with this --alert will send them; see: tidemark alerts list --model walk $/,
    );
    const listed = await run(["alerts", "list", "--model", "walk"]);
    expect(listed.stdout).toMatch(
      /^waiting {4}alarm\.began of stream t, .*\n {11}to plain .*: it answered 404 \(1 attempt\)\n$/,
    );
    for (const own of [stderr, listed.stdout]) expect(own).not.toMatch(/down-secret|secret things/);
    status = 200;
    expect(await run(["alerts", "send", "--model", "walk", "--alert", "env:HOOK"], hook)).toMatchObject({
      exitCode: 0,
      stdout: "1 message sent, 0 messages left\n",
    });
    const ids = asked.filter(({ path }) => path === "/down-secret").map(({ headers }) => headers["webhook-id"]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it("leaves no alert about an erased stream in the model folder", async () => {
    expect(await run(["streams", "erase", "t", "--model", "walk", "--reason", "withdrew"])).toMatchObject({
      exitCode: 0,
    });
    const database = new DatabaseSync(join(directory, "walk", "alerts.sqlite"), { readOnly: true });
    const messages = database.prepare("SELECT DISTINCT message ->> '$.data.stream' AS stream FROM messages").all();
    const streams = database.prepare("SELECT DISTINCT stream FROM streams").all();
    database.close();
    expect([messages, streams]).toEqual([[{ stream: "s" }], [{ stream: "s" }]]);
  });

  it("writes mail, posts to Slack and to PagerDuty, and reports batches that are rejected", async () => {
    asked.length = 0;
    const words = ["--stream", "u", "--model", "walk"];
    const targets = [
      `smtp://ana:pass@127.0.0.1:${portOf(mail)}/?to=bo@example.org&from=t@example.org`,
      urlOf("/slack?format=slack"),
      urlOf("/pd?format=pagerduty"),
    ];
    const alert = targets.flatMap((target) => ["--alert", target]);
    for (const id of ["r1", "r2", "r3"]) {
      const { exitCode, stderr } = await run(["check", "empty.csv", ...words, "--batch-id", id, ...alert], {
        TIDEMARK_PAGERDUTY_ROUTING_KEY: "routing",
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 12, stderr: "" });
    }
    expect(asked.map(({ path }) => path).toSorted()).toEqual(["/pd", "/slack"]);
    const [pagerduty, slack] = asked.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect(JSON.parse(slack!.body).text).toContain(
      "The quality gate rejected 3 of the last 3 batches of stream u of walk",
    );
    expect(JSON.parse(pagerduty!.body)).toMatchObject({ routing_key: "routing", event_action: "trigger" });
    expect(mails).toContain("RCPT TO:<bo@example.org>");
    expect(mails.join("\n")).toContain("Subject: The quality gate rejected 3 of the last 3 batches of stream u of");
  });

  it("rejects a wrong address before doing any work, without repeating it", async () => {
    const { exitCode, stderr } = await check("good.csv", "b9", "--alert", "hooks.example.org/secret");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error: --alert: expected https://...");
    expect(stderr).not.toContain("secret");
  });
});

it("check --metrics-file writes the state of all streams, without counters that restart with each command", async () => {
  expect(await check("good.csv", "m1", "--metrics-file", "tidemark.prom")).toMatchObject({ stderr: "" });
  const text = readFileSync(join(directory, "tidemark.prom"), "utf8");
  expect(text).toMatch(/^tidemark_stream_in_alarm\{model="walk",stream="u"\} 0$/m);
  expect(text).toMatch(/^tidemark_stream_last_batch_timestamp_seconds\{model="walk",stream="s"\} \d+/m);
  expect(text).not.toMatch(/counter|histogram/);
  expect(text.endsWith("\n") && !text.endsWith("\n\n")).toBe(true);
});

it("alerts test says which targets accept a message", async () => {
  const { exitCode, stdout } = await run(["alerts", "test", "--alert", urlOf("/a"), "--alert", "http://127.0.0.1:9/x"]);
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(
    /^accepted {3}plain http:\/\/127.0.0.1:\d+ \(\w{6}\)\nfailed {5}plain http:\/\/127.0.0.1:9 \(\w{6}\): no connection \(ECONNREFUSED\)\n$/,
  );
});
