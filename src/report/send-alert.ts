// One attempt to deliver one alert to one target.

import { createHmac } from "node:crypto";
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { tidemarkVersion } from "../versions.ts";
import type { AlertMessage } from "./alert-message.ts";
import { alertPayload } from "./alert-payload.ts";
import type { AlertTarget, MailTarget, WebTarget } from "./alert-target.ts";

/**
 * A message that a target did not accept. `kind` is one of:
 * - `later`: no answer, status 408, 429 or 5xx, or an SMTP reply below 500; the next attempt may succeed
 * - `setup`: a wrong path, secret or permission; an attempt may succeed once this has been corrected
 * - `never`: the target does not accept this message
 */
export class AlertFault extends Error {
  override readonly name: string = "AlertFault";
  readonly kind: "later" | "setup" | "never";
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: AlertFault["kind"], message: string, retryAfterSeconds?: number) {
    super(message);
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What a delivery attempt needs in addition to the message. */
export interface Attempt {
  readonly now: Date;
  /** Maximum time. */
  readonly patienceMs: number;
}

export type SendAlert = (message: AlertMessage, target: AlertTarget, attempt: Attempt) => Promise<void>;

/** @throws AlertFault if the message cannot be delivered; its reason contains no secret */
export async function sendAlert(message: AlertMessage, target: AlertTarget, attempt: Attempt): Promise<void> {
  if (target.form === "mail") await mailAlert(message, target, attempt);
  else await postAlert(message, target, attempt);
}

/** The headers of https://www.standardwebhooks.com; `webhook-id` stays the same in every attempt. */
export function alertHeaders(id: string, body: string, keys: readonly Buffer[], now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const sign = (key: Buffer): string =>
    `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    ...(keys.length > 0 && { "webhook-signature": keys.map(sign).join(" ") }),
  };
}

function postAlert(message: AlertMessage, target: WebTarget, attempt: Attempt): Promise<void> {
  const body = JSON.stringify(alertPayload(message, target, attempt.now));
  const signed = target.form === "plain" ? alertHeaders(message.data.id, body, target.keys, attempt.now) : {};
  return postAlertToTarget(body, target, attempt, signed);
}

/** @throws AlertFault if the message cannot be delivered; its reason contains no secret */
export async function postAlertToTarget(
  body: string,
  target: WebTarget,
  { now, patienceMs }: Attempt,
  signed: Readonly<Record<string, string>> = {},
): Promise<void> {
  const headers = {
    "content-type": "application/json",
    "user-agent": `tidemark/${tidemarkVersion}`,
    ...(target.authorization !== undefined && { authorization: target.authorization }),
    ...signed,
  };
  const dispatcher = dispatcherToSendAlert();
  let status: number;
  let retryAfter: string | string[] | undefined;
  try {
    // Redirects are not followed, because the data would go somewhere else.
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(patienceMs)));
    const answer = await request(target.url, { method: "POST", dispatcher, headers, body, signal });
    status = answer.statusCode;
    retryAfter = answer.headers["retry-after"];
    // The error message does not quote the receiver's answer, because it may contain the secret address.
    answer.body.on("error", () => {}).destroy();
  } catch (error) {
    throw new AlertFault("later", alertConnectionReason(error, patienceMs));
  } finally {
    await dispatcher.destroy();
  }
  if (status >= 200 && status < 300) return;
  const said = `it answered ${status}`;
  if (status === 408 || status === 429 || status >= 500)
    throw new AlertFault("later", said, secondsToSendAlert(retryAfter, now));
  throw new AlertFault([400, 410, 413, 415, 422].includes(status) ? "never" : "setup", said);
}

function dispatcherToSendAlert(): Dispatcher {
  const behindProxy = ["http_proxy", "https_proxy"].some(
    (name) => process.env[name] || process.env[name.toUpperCase()],
  );
  return behindProxy ? new EnvHttpProxyAgent() : new Agent();
}

function secondsToSendAlert(header: string | string[] | undefined, now: Date): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now.getTime()) / 1000;
  return seconds >= 0 ? Math.min(seconds, 86_400) : undefined;
}

async function mailAlert(
  { data, timestamp, type }: AlertMessage,
  target: MailTarget,
  { patienceMs }: Attempt,
): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const { host, port, secure, requireTls, user, password, from, to } = target;
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: requireTls,
    ...(user !== undefined && { auth: { user, pass: password ?? "" } }),
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: data.title.replace(/\s+/g, " "),
      text: [data.title, "", ...data.details, "", `${type} at ${timestamp}`, `incident ${data.incident}`, ""].join(
        "\n",
      ),
      messageId: `<${data.id}@tidemark>`,
      headers: { references: `<${data.incident}@tidemark>` },
    });
  } catch (error) {
    const code = error instanceof Error && "responseCode" in error ? error.responseCode : undefined;
    if (typeof code !== "number") throw new AlertFault("later", alertConnectionReason(error, patienceMs));
    // These four replies concern authentication; all others of 500 and above concern this message or its recipients.
    const kind = code < 500 ? "later" : [530, 534, 535, 538].includes(code) ? "setup" : "never";
    throw new AlertFault(kind, `it answered ${code}`);
  } finally {
    transport.close();
  }
}

/** Uses the error code, because the error message may contain the secret address. */
function alertConnectionReason(error: unknown, patienceMs: number): string {
  const { name, code, cause }: { name?: string; code?: unknown; cause?: unknown } = error instanceof Error ? error : {};
  if (name === "TimeoutError" || code === "ETIMEDOUT")
    return `no answer within ${Number((patienceMs / 1000).toPrecision(2))} s`;
  const inner = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof (code ?? inner) === "string" ? `no connection (${code ?? inner})` : "no connection";
}
