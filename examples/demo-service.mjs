// The last part of npm run demo: a service, and simulated wrist sensors that send it a batch per day. One sensor changes its
// unit, one drifts, one goes silent, and one sends a day with damaged data. The other sensors are fine.
import "./check-node.mjs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const days = 12;
const secondsPerDay = 60;
const channels = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];

/**
 * The faults of the wrist sensors: each begins on the day `from`, or after the day `last`. `change` receives a row's values and
 * the number of days with the fault, including the current one.
 */
export const wrists = [
  { name: "wrist-1", story: "nothing happens" },
  { name: "wrist-2", story: "nothing happens" },
  {
    name: "wrist-3",
    story: "a new firmware sends g instead of m/s^2 from day 7 on",
    from: 7,
    change: ([Ax, Ay, Az, ...turning]) => [...[Ax, Ay, Az].map((value) => value / 9.80665), ...turning],
  },
  {
    name: "wrist-4",
    story: "the accelerometer drifts a little more every day from day 4 on",
    from: 4,
    change: ([Ax, Ay, Az, ...turning], since) => [Ax + 0.5 * since, Ay, Az + 0.5 * since, ...turning],
  },
  { name: "wrist-5", story: "the battery dies after day 5", last: 5 },
  { name: "wrist-6", story: "the cable breaks on the last day", from: days, change: () => channels.map(() => 0) },
];

/**
 * Returns a function for each simulated person in a table. The function maps a day to the rows of that day's batch. Each day
 * contains a part of every activity.
 */
function batchesOf(file) {
  const [header, ...rows] = readFileSync(file, "utf8").trim().split("\n");
  const names = header.split(",");
  const column = (name) => names.indexOf(name);
  const [user, activity, recording, time] = ["user", "activity", "recording", "timestamp_s"].map(column);
  const values = channels.map(column);
  const parts = new Map();
  for (const row of rows) {
    const cells = row.split(",");
    const own = parts.get(cells[user]) ?? new Map();
    parts.set(cells[user], own);
    const part = own.get(cells[activity]) ?? [];
    own.set(cells[activity], part);
    part.push({ recording: cells[recording], time: cells[time], values: values.map((i) => Number(cells[i])) });
  }
  return [...parts.values()].map((activities) => (day) => {
    const of = [...activities.values()];
    return of.flatMap((part) => part.slice(((day - 1) * part.length) / days, (day * part.length) / days));
  });
}

function csvOf(rows, change) {
  const lines = rows.map(({ recording, time, values }) => [recording, time, ...change(values)].join(","));
  return [["recording", "timestamp_s", ...channels].join(","), ...lines, ""].join("\n");
}

const today = Date.now();

/** The ISO date of a day; the last day in the table is today. */
function dateOf(day) {
  return new Date(today + (day - days) * 86_400_000).toISOString().slice(0, 10);
}

/** Minutes of recorded data that each wrist sensor needs. */
export const minutesPerWrist = (days * secondsPerDay) / 60;

/**
 * A connection may break at any time, so a request without an answer is repeated; the service never judges the same batch
 * twice.
 */
async function post(address, body) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetch(address, { method: "POST", headers: { "Content-Type": "text/csv" }, body });
    } catch (error) {
      if (attempt === 5) throw error;
      await setTimeout(200 * attempt);
    }
  }
}

/** Sends a day's batch for every wrist sensor that is still sending. @returns the verdict of each wrist */
async function sendDay(url, model, batches, day, id) {
  const sending = wrists.map(async ({ name, from = days + 1, last = Number.POSITIVE_INFINITY, change }, i) => {
    if (id > last) return "-";
    // After the last day, each sensor repeats its days with slightly larger values, because identical data would not count as
    // evidence.
    const louder = 1 + (id - day) / 10_000;
    const since = Math.min(id, days) - from + 1;
    const body = csvOf(batches[i](day), (values) =>
      (since > 0 ? change(values, since) : values).map((value) => louder * value),
    );
    const address = `${url}/v1/models/${model}/streams/${name}/batches/${dateOf(id)}`;
    const reply = await post(address, body);
    const answer = await reply.json();
    if (!reply.ok) throw new Error(`${name}: ${answer.detail}`);
    return answer.verdict;
  });
  return Promise.all(sending);
}

/** Sends the days from `first` to `last`, with at least `seconds` between them. */
async function sendDays(url, model, batches, { first, last, seconds, signal, onDay }) {
  for (let id = first; id <= last && !signal.aborted; id++) {
    const pause = setTimeout(1000 * seconds, undefined, { signal }).catch(() => {});
    try {
      onDay(id, await sendDay(url, model, batches, ((id - 1) % days) + 1, id));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    await pause;
  }
}

/**
 * @param {string} command path of the command line's main file
 * @param {{ models: string, model: string, file: string, cwd: string }} options
 */
export async function runService(command, { models, model, file, cwd }) {
  const words = ["serve", "--models", models, "--port", "0"];
  console.log(`\n$ tidemark ${words.join(" ")}\n`);
  const service = spawn(process.execPath, [command, ...words, "--json", "--quiet"], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(service, "close");
  const stop = new AbortController();
  process.on("SIGINT", () => stop.abort());
  process.on("SIGTERM", () => stop.abort());
  stop.signal.addEventListener("abort", () => service.kill("SIGTERM"));
  try {
    const [first] = await Promise.race([once(service.stdout.setEncoding("utf8"), "data"), ended]);
    if (typeof first !== "string") throw new Error("the service did not start");
    const { url } = JSON.parse(first);
    const batches = batchesOf(file);
    const { signal } = stop;
    const isWatched = process.stdout.isTTY === true;
    if (isWatched) console.log(`Watch the batches arrive: ${url}/\n`);
    console.log(`            ${wrists.map(({ name }) => name.padEnd(13)).join("  ")}`.trimEnd());
    const onDay = (id, verdicts) =>
      console.log(`${dateOf(id)}  ${verdicts.map((verdict) => verdict.padEnd(13)).join("  ")}`.trimEnd());
    await sendDays(url, model, batches, { first: 1, last: days, seconds: isWatched ? 1.5 : 0, signal, onDay });
    if (signal.aborted) return;
    console.log(`\nThe page of the service: ${url}/\n`);
    for (const { name, story } of wrists) console.log(`  ${name}  ${story}`);
    console.log(
      "\nThe page lists alarms first, then the silent wrist, and the one whose last batch was rejected. wrist-7 is the",
    );
    console.log("stream that was checked above. Click on a stream for its history, and on a batch for the reasons.");
    if (!isWatched) return;
    console.log("\nThe simulated sensors keep sending, and the service keeps running, until you press Ctrl-C.");
    await sendDays(url, model, batches, { first: days + 1, last: 10_000, seconds: 3, signal, onDay: () => {} });
  } finally {
    stop.abort();
    await ended;
  }
}
