// Reads JSON that is not a list of records.
import { describe, expect, it } from "vitest";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import { jsonWithLists, tableOfJsonShape } from "../../../src/signals/files/json-shapes.ts";
import { folderOf } from "../data/tables.ts";

const records = Array.from({ length: 100 }, (_, i) => ({ t: i / 50, x: Math.sin(i / 5), y: Math.cos(i / 7), z: 9.8 }));
const axes = ({ x, y, z }: (typeof records)[number]) => ({ x, y, z });

describe("a document becomes a table", () => {
  it("of lists, with names or without", () => {
    expect(tableOfJsonShape('[["t","x"],[0,1],[1,NaN]]')).toEqual({
      names: ["t", "x"],
      rows: [
        [0, 1],
        [1, null],
      ],
    });
    expect(tableOfJsonShape("[0,1]\n[1,2]\n")).toEqual({
      names: undefined,
      rows: [
        [0, 1],
        [1, 2],
      ],
    });
    expect(tableOfJsonShape("[[0,1],[1]]")).toBeUndefined();
  });

  it("of the only list in an object, unless it is named after a sensor", () => {
    const table = {
      names: undefined,
      rows: [
        [0, 1],
        [1, 2],
      ],
    };
    expect(tableOfJsonShape('{"data":[[0,1],[1,2]]}')).toEqual(table);
    // Plain values beside the list, such as a person, hold for all rows.
    expect(tableOfJsonShape('{"user":"ann","rate":50,"payload":{"values":[[0,1],[1,2]]}}')).toEqual({
      names: undefined,
      rows: [
        ["ann", 50, 0, 1],
        ["ann", 50, 1, 2],
      ],
    });
    expect(tableOfJsonShape('{"user":"ann","data":[["t","x"],[0,1],[1,2]]}')).toEqual({
      names: ["user", "t", "x"],
      rows: [
        ["ann", 0, 1],
        ["ann", 1, 2],
      ],
    });
    expect(tableOfJsonShape('{"acc":[[0,1],[1,2]]}')).toBeUndefined();
    expect(tableOfJsonShape('{"a":[[0,1],[1,2]],"b":[[0,1],[1,2]]}')).toBeUndefined();
  });

  it("of Prometheus' answer to a range query", async () => {
    const series = ["x", "y", "z"].map((axis, c) => ({
      metric: { __name__: "accel", axis, instance: "watch" },
      values: records.map((record, i) => [1_714_816_800 + i / 50, `${[record.x, record.y, record.z][c]}`]),
    }));
    const answer = { status: "success", data: { resultType: "matrix", result: series } };
    const { path } = folderOf({ "q.json": JSON.stringify(answer) });
    const { recordings, quality } = await readRecordings([path("q.json")], { requireLabels: false });
    expect(recordings.channels).toEqual(["accel_x", "accel_y", "accel_z"]);
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 1);
    expect(recordings.values.map((own) => own[9])).toEqual(Object.values(axes(records[9]!)).map(Math.fround));
  });

  it("of phyphox's buffers", () => {
    const buffers = { acc_time: { size: 0, buffer: [0, 1] }, accX: { size: 0, buffer: [2, 3] } };
    expect(jsonWithLists(JSON.stringify({ buffer: buffers, status: { measuring: false } }))).toEqual({
      acc_time: [0, 1],
      accX: [2, 3],
    });
  });

  it("of columns and data, with levels of names, an index that counts nothing and other values", () => {
    expect(
      tableOfJsonShape('{"user":"ann","columns":[["acc","x"],["t",""]],"index":[5,9],"data":[[1,2],[3,4]]}'),
    ).toEqual({
      names: ["user", "index", "acc_x", "t"],
      rows: [
        ["ann", 5, 1, 2],
        ["ann", 9, 3, 4],
      ],
    });
    expect(tableOfJsonShape('{"columns":["x"],"data":[[1,2]]}')).toBeUndefined();
  });

  it("of lists of records per person, also in sessions, unless they are those of sensors", () => {
    const rows = records.slice(0, 9);
    const ofPeople = { users: { ann: { sessions: { a: rows, b: rows } }, bob: { sessions: { a: rows } } } };
    const { users } = jsonWithLists(JSON.stringify(ofPeople)) as { users: Record<string, unknown>[] };
    expect(users).toHaveLength(27);
    expect(users[9]).toEqual({ user: "ann", session: "b", ...rows[0] });
    expect(users[26]).toEqual({ user: "bob", session: "a", ...rows[8] });
    expect(jsonWithLists(JSON.stringify({ data: { acc: rows, gyro: rows } }))).toBeUndefined();
    expect(jsonWithLists(JSON.stringify({ data: { ann: rows, bob: [{ t: 0 }] } }))).toBeUndefined();
  });

  it("of values with their types, as in DynamoDB and Firestore, also over several lines", async () => {
    const dynamo = records.map(({ t, x, y, z }) => ({
      Item: {
        ts: { N: String(t) },
        user: { S: "ann" },
        ax: { N: String(x) },
        ay: { N: String(y) },
        az: { N: String(z) },
      },
    }));
    const firestore = records.map(({ t, x, y, z }) => ({
      fields: {
        ts: { doubleValue: t },
        user: { stringValue: "ann" },
        ax: { doubleValue: x },
        ay: { doubleValue: y },
        az: { doubleValue: z },
      },
    }));
    const { path } = folderOf({
      "dynamo.json": dynamo.map((record) => JSON.stringify(record)).join("\n"),
      "firestore.json": JSON.stringify({ documents: firestore }, null, 2),
    });
    for (const name of ["dynamo.json", "firestore.json"]) {
      const { recordings, quality } = await readRecordings([path(name)], { requireLabels: false });
      expect(Object.keys(quality.persons)).toEqual(["ann"]);
      expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
      expect(recordings.values[0]![40], name).toBeCloseTo(records[40]!.x, 4);
    }
  });

  it("of series of times and values", async () => {
    const series = (["x", "y", "z"] as const).map((name) => {
      const points = records.map((record) => ({ ts: 1000 * record.t + 1.7e12, value: String(record[name]) }));
      return [`a${name}`, points.toReversed()];
    });
    const { path } = folderOf({ "a.json": JSON.stringify(Object.fromEntries(series)) });
    const { recordings, quality } = await readRecordings([path("a.json")], { requireLabels: false });
    expect(recordings.channels).toEqual(["ax", "ay", "az"]);
    expect(quality.sampling.rate_hz).toBeCloseTo(50, 3);
    for (const [c, name] of (["x", "y", "z"] as const).entries())
      expect(recordings.values[c]![40]).toBeCloseTo(records[40]![name], 4);
  });

  it("of sensors with times of their own", async () => {
    const sensor = (own: typeof records) => ({
      timestamp: own.map(({ t }) => 1000 * t),
      ...Object.fromEntries((["x", "y", "z"] as const).map((name) => [name, own.map((record) => record[name])])),
    });
    const document = { acc: sensor(records), gyro: sensor(records.slice(0, 90)) };
    const { path } = folderOf({ "a.json": JSON.stringify(document) });
    const { recordings } = await readRecordings([path("a.json")], { requireLabels: false });
    expect(recordings.channels).toHaveLength(6);
    expect(recordings.time).toHaveLength(90);
    expect(recordings.values[3]![40]).toBeCloseTo(records[40]!.x, 4);
  });

  it("of objects that stand for rows, in columns or records", () => {
    const rows = [...Array(9).keys()];
    const byColumn = {
      x: Object.fromEntries(rows.map((i) => [i, i])),
      y: Object.fromEntries(rows.map((i) => [i, 9 - i])),
    };
    const expected = rows.map((i) => ({ x: i, y: 9 - i }));
    expect(jsonWithLists(JSON.stringify(byColumn))).toEqual(expected);
    const byRow = Object.fromEntries(expected.map((own, i) => [`-N${i}`, own]));
    expect(jsonWithLists(JSON.stringify({ user: "ann", samples: byRow }))).toEqual({ user: "ann", samples: expected });
    expect(jsonWithLists(JSON.stringify({ user: { name: "ann" }, samples: expected }))).toBeUndefined();
  });
});

it.each<[string, unknown]>([
  [
    "objects of lists",
    {
      imu: {
        acc: { x: records.map(({ x }) => x), y: records.map(({ y }) => y), z: records.map(({ z }) => z) },
        t: records.map(({ t }) => t),
      },
    },
  ],
  ["objects within objects", records.map((own) => ({ t: own.t, data: { acc: axes(own) } }))],
  ["records within an object", { user: "ann", imu: { data: records.map(({ t, ...own }) => ({ t, acc: own })) } }],
  ["one list per sensor, each with its times", { accelerometer: records, gyroscope: records }],
  [
    "parallel lists of times and vectors",
    { t: records.map(({ t }) => t), acc: records.map((own) => Object.values(axes(own))) },
  ],
  ["a schema beside the records", { schema: { fields: [{ name: "t" }], keys: ["t"] }, data: records }],
  ["notes beside the records", { meta: { user: "ann", device: 3 }, samples: records }],
])("%s are read", async (_, document) => {
  const { path } = folderOf({ "a.json": JSON.stringify(document) });
  const { recordings, columns } = await readRecordings([path("a.json")], { requireLabels: false, likelyRateHz: 50 });
  expect(recordings.time).toHaveLength(100);
  expect(recordings.time[50]).toBeCloseTo(1, 6);
  for (const [c, value] of Object.values(axes(records[9]!)).entries())
    expect(recordings.values[c]![9]).toBeCloseTo(value, 5);
  if (JSON.stringify(document).includes("ann")) expect(columns.group).toBe("user");
});
