// The --json output of commands that read recordings conforms to its schema, whatever the units of the sensors.
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { conversionSchema } from "../../../scripts/conversion-schema.ts";
import { inspectionSchema } from "../../../scripts/inspection-schema.ts";
import { resident } from "../../pipelines/resident.ts";
import { fileDirectory, simulateTiny } from "../../pipelines/tiny-run.ts";

const directory = fileDirectory();
const run = resident(directory);
const reading = ["--sensor", "acc:Ax,Ay,Az[cm/s^2]", "--sensor", "gyr:Gx,Gy,Gz[rpm]", "--rate", "20", "--json"];

beforeAll(() => simulateTiny(join(directory, "r.parquet")));

it.each(["keep", "stated"])("inspect and convert print what their schemas allow with --units %s", async (units) => {
  const inspected = await run("inspect", "r.parquet", ...reading, "--units", units, "--window", "40", "--folds", "2");
  const { sensors } = inspectionSchema.parse(JSON.parse(inspected.stdout)) as { sensors: readonly object[] };
  expect(sensors).toMatchObject([{ unit: "cm/s^2" }, { unit: "rpm" }]);
  const converted = await run("convert", "r.parquet", "--out", `${units}.parquet`, ...reading, "--units", units);
  const { channels } = conversionSchema.parse(JSON.parse(converted.stdout));
  expect(channels.map(({ unit_from }) => unit_from)).toEqual(["cm/s^2", "rpm"].flatMap((unit) => [unit, unit, unit]));
  const to = units === "keep" ? ["cm/s^2", "rpm"] : ["m/s^2", "rad/s"];
  expect(channels.map(({ unit_to }) => unit_to)).toEqual(to.flatMap((unit) => [unit, unit, unit]));
});
