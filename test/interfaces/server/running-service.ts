// Starts the real service for one test, and stops it afterwards.
import { onTestFinished } from "vitest";
import { type RunningService, startServiceProcess } from "./service-process.ts";

export type { RunningService } from "./service-process.ts";

export async function startService(
  words: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const service = await startServiceProcess(words, cwd, environment);
  onTestFinished(async () => void (await service.stop("SIGKILL")));
  return service;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests compare the answer with expected values
  readonly json: any;
}

export async function post(
  url: string,
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const response = await fetch(`${url}${path}`, { method: "POST", body: body as string, headers });
  return { status: response.status, headers: response.headers, json: await response.json() };
}
