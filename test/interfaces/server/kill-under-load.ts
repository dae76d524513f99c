// Kills the service while devices are sending batches, starts it again, and compares its stored verdicts with its answers. Each
// device sends its batches in order, and repeats a batch until it gets an answer.

import { setTimeout } from "node:timers/promises";
import { type RunningService, startServiceProcess } from "./service-process.ts";

export interface KilledUnderLoad {
  readonly kills: number;
  readonly answered: number;
  /** Number of batches that were sent again because the first reply was lost. */
  readonly known: number;
  /** A description of each violation; empty if there is none. */
  readonly faults: readonly string[];
}

export interface KillOptions {
  readonly kills: number;
  readonly devices?: number;
  /** A batch as CSV. */
  readonly body: Uint8Array;
  /** Random numbers from 0 to 1, which determine when the service is killed. */
  readonly random: () => number;
}

/** @param directory a folder with `models/walk` */
export async function killUnderLoad(
  directory: string,
  { kills, devices = 4, body, random }: KillOptions,
): Promise<KilledUnderLoad> {
  const words = ["--models", "models", "--store", "sqlite:killed"];
  const answers = new Map<string, string>();
  const faults: string[] = [];
  let service: RunningService = await startServiceProcess(words, directory);
  let [killed, known, ended] = [0, 0, false];

  const device = async (stream: string): Promise<string[]> => {
    const sent: string[] = [];
    for (let n = 0; !ended; n++) {
      const path = `/v1/models/walk@champion/streams/${stream}/batches/${n}`;
      for (;;) {
        const reply = await send(service.url, path, body);
        if (reply === null) await setTimeout(20);
        else if (reply.status === 200) {
          answers.set(path, JSON.stringify({ ...reply.json, known: true }));
          if (reply.json.known === true) known++;
          break;
        } else if (reply.status !== 503) {
          faults.push(`${path}: ${reply.status} ${JSON.stringify(reply.json)}`);
          return sent;
        }
      }
      sent.push(`${n}`);
    }
    return sent;
  };
  const sending = Array.from({ length: devices }, (_, i) => device(`device-${i}`));
  while (killed < kills) {
    // Waits for at least one answer between two kills, no matter how slow the machine is.
    const enough = answers.size + 1 + Math.floor(2 * devices * random());
    while (answers.size < enough && faults.length === 0) await setTimeout(5);
    await setTimeout(200 * random());
    await service.stop("SIGKILL");
    killed++;
    service = await startServiceProcess(words, directory);
  }
  ended = true;
  const sent = await Promise.all(sending);
  for (const [path, expected] of answers) {
    const again = await send(service.url, path, body);
    if (again?.status !== 200 || JSON.stringify(again.json) !== expected) faults.push(`${path}: another answer`);
  }
  for (const [i, batches] of sent.entries()) {
    const address = `${service.url}/v1/models/walk/streams/device-${i}?last=1000`;
    const { history } = (await (await fetch(address)).json()) as { history: { batch_id: string }[] };
    const stored = history.map(({ batch_id }) => batch_id);
    if (stored.join() !== batches.join()) faults.push(`device-${i}: stored ${stored.join()}, sent ${batches.join()}`);
  }
  await service.stop();
  return { kills: killed, answered: answers.size, known, faults };
}

/** Returns the answer, or null if the connection failed. */
async function send(
  url: string,
  path: string,
  body: Uint8Array,
): Promise<{ status: number; json: Record<string, unknown> } | null> {
  try {
    const headers = { "Content-Type": "text/csv" };
    const response = await fetch(`${url}${path}`, { method: "POST", body: body as never, headers });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  } catch {
    return null;
  }
}
