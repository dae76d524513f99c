// Tests recordings in which some people's gyroscope uses a different unit, although its values alone could also come from
// people who move little.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inspect } from "../../src/pipelines/inspect.ts";
import { fileDirectory, simulateTiny } from "./tiny-run.ts";

const directory = fileDirectory();
const path = (name: string): string => join(directory, name);

test("people whose gyroscope has a different unit from everybody else's are named", async () => {
  await simulateTiny(path("alike.csv"), { users: 4 });
  const [head, ...lines] = readFileSync(path("alike.csv"), "utf8").trimEnd().split("\n");
  const turning = ["Gx", "Gy", "Gz"].map((name) => head!.split(",").indexOf(name));
  const mixed = lines.map((line) => {
    const cells = line.split(",");
    if (cells[0]! > "person-02") return line;
    for (const place of turning) cells[place] = String((Number(cells[place]) * 180) / Math.PI);
    return cells.join(",");
  });
  writeFileSync(path("mixed.csv"), [head, ...mixed, ""].join("\n"));
  const warningsOf = async (name: string): Promise<string[]> => {
    const { warnings } = await inspect({
      files: [path(name)],
      sensor: ["gyr:Gx,Gy,Gz[deg/s]"],
      units: "keep",
      rate: 20,
      window: 40,
      folds: 2,
    });
    return warnings.filter((warning) => warning.startsWith("Impossible values"));
  };
  const warnings = await warningsOf("mixed.csv");
  expect(warnings.map((warning) => /person-\d+/.exec(warning)![0])).toEqual(["person-03", "person-04"]);
  expect(warnings[0]).toContain("Likely cause: Gx, Gy, Gz are in rad/s instead of deg/s.");

  const read = async (name: string, units: "stated" | "auto") =>
    inspect({ files: [path(name)], units, rate: 20, window: 40, folds: 2 });
  expect((await read("alike.csv", "stated")).refusal).toBeNull();
  const { refusal } = await read("mixed.csv", "stated");
  expect(refusal?.message).toContain(
    "judging by how far people turn and accelerate: deg/s for person-01, person-02; rad/s for person-03, person-04",
  );
  expect(refusal?.advice).toContain("--units auto");
  const { refusal: none, conversions } = await read("mixed.csv", "auto");
  expect(none).toBeNull();
  expect(conversions).toContainEqual({
    channels: ["Gx", "Gy", "Gz"],
    from: "deg/s",
    to: "rad/s",
    factor: Math.PI / 180,
    people: ["person-01", "person-02"],
  });
});
