// Divides the CPU time in V8's profiles (node --cpu-prof) among the parts of a program. Each sample is attributed to the
// innermost function on its stack whose file belongs to a part, so a library's time counts towards the part that called it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  /** Time in microseconds, on the monotonic clock that process.hrtime reads. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Microseconds since the previous sample. */
  readonly timeDeltas: readonly number[];
}

/** Names under which V8 profiles time outside functions. */
const outsideFunctions: Readonly<Record<string, string>> = {
  "(garbage collector)": "collecting garbage",
  "(program)": "Node.js outside functions",
};

/**
 * Returns the seconds that a program's threads spent in each part, in garbage collection, outside functions and in functions
 * that belong to no part (`rest`).
 * @param range first and last microsecond to count
 */
export function profileSeconds(
  directory: string,
  parts: Readonly<Record<string, RegExp>>,
  range: readonly [from: number, to: number],
): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".cpuprofile"))) {
    const profile = JSON.parse(readFileSync(join(directory, file), "utf8")) as CpuProfile;
    const partOf = partsOfNodes(profile, Object.entries(parts));
    let at = profile.startTime;
    for (const [i, node] of profile.samples.entries()) {
      at += profile.timeDeltas[i]!;
      const part = partOf.get(node)!;
      if (part !== null && range[0] <= at && at <= range[1])
        seconds.set(part, (seconds.get(part) ?? 0) + Math.max(0, profile.timeDeltas[i]!) / 1e6);
    }
  }
  return seconds;
}

/** Returns the part to which each node belongs; null for the idle node of a waiting thread. */
function partsOfNodes(
  { nodes }: Pick<CpuProfile, "nodes">,
  parts: readonly (readonly [string, RegExp])[],
): Map<number, string | null> {
  const partOf = new Map<number, string | null>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (id: number, above: string): void => {
    const { callFrame, children = [] } = byId.get(id)!;
    const own = parts.find(([, files]) => files.test(callFrame.url))?.[0] ?? above;
    partOf.set(id, callFrame.functionName === "(idle)" ? null : (outsideFunctions[callFrame.functionName] ?? own));
    for (const child of children) visit(child, own);
  };
  visit(nodes[0]!.id, "rest");
  return partOf;
}
