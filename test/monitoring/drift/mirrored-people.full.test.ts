// Tests on real recordings, in recorded order and minute by minute, that nobody's axes look mirrored, and that those of almost
// everybody do once an axis is flipped.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { mirroredAxes, noMirroredPast } from "../../../src/monitoring/drift/mirrored-axes.ts";
import { addBatchPhysics, type BatchPhysics } from "../../../src/monitoring/summaries/batch-physics.ts";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { accelerometer, gyroscope } from "../sensor-pair.ts";

const sensors = [accelerometer, gyroscope];
const names = sensors.flatMap(({ channels }) => channels);
const sets = {
  motionsense: { people: 24, rate: 50 },
  wisdm_watch: { people: 46, rate: 20 },
  bfrb_samsung: { people: 10, rate: 10 },
};

for (const [set, { people, rate }] of Object.entries(sets)) {
  const path = fileURLToPath(new URL(`../../../../shared/data/${set}/${set}.parquet`, import.meta.url));
  it.skipIf(!existsSync(path))(
    `an axis counts as mirrored if it is flipped, for nine of ten people in ${set} (skipped without ../shared/data)`,
    async () => {
      const { recordings } = await readRecordings([path], { requireLabels: false });
      const { channels, values, stretches } = recordings;
      const minute = 60 * rate;
      const parts = stretches.flatMap(({ user, start, end }) =>
        Array.from({ length: Math.ceil((end - start) / minute) }, (_, i) => {
          const from = start + i * minute;
          return { user, start: from, end: Math.min(end, from + minute) };
        }),
      );
      const users = [...Map.groupBy(parts, ({ user }) => user).values()];
      expect(users).toHaveLength(people);
      /** The channels that are found first; the given one is flipped in all of a person's batches. */
      const found = (own: (typeof users)[number], flipped: string | null): readonly string[] => {
        let past = noMirroredPast;
        let [batch, rows]: [BatchPhysics, number] = [{}, 0];
        for (const { start, end } of own) {
          const columns = Object.fromEntries(
            names.map((name) => {
              const column = values[channels.indexOf(name)]!.slice(start, end);
              return [name, Float32Array.from(column, (x) => (name === flipped ? -x : x))];
            }),
          );
          batch = addBatchPhysics(batch, columns, [{ from: 0, to: end - start }], { sensors, samplingRateHz: rate });
          rows += end - start;
          if (rows < minute) continue;
          const judged = mirroredAxes(batch.turning?.misfits, past, sensors, 0);
          if (judged.found !== null) return judged.found.cause!.channels;
          [past, batch, rows] = [judged.past, {}, 0];
        }
        return [];
      };
      expect(users.filter((own) => found(own, null).length > 0)).toEqual([]);
      for (const name of names) {
        const right = users.filter((own) => found(own, name).join() === name);
        expect(right.length, name).toBeGreaterThanOrEqual(0.9 * people);
      }
    },
  );
}
