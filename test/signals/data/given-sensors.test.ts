import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/errors.ts";
import { givenSensor } from "../../../src/signals/data/given-sensors.ts";

const channels = ["ax", "ay", "az", "X [mg]", "Y [mg]", "Z [mg]", " Accel-X (g)", "Accel-Y (g)", "Accel-Z (g)"];

describe("a sensor as users write it", () => {
  it.each([
    ["acc:ax,ay,az", { name: "", kind: "accelerometer", unit: null, gravity: null }],
    ["wrist=acc:ax,ay,az[m/s^2]", { name: "wrist", kind: "accelerometer", unit: "m/s^2", gravity: null }],
    ["wrist = Accelerometer: ax, ay, az [m/s2]", { name: "wrist", unit: "m/s^2" }],
    ["linear:ax,ay,az[g]", { kind: "accelerometer", unit: "g", gravity: false }],
    ["gyro:ax,ay,az[dps]", { kind: "gyroscope", unit: "deg/s" }],
    ["mag:ax,ay,az[G]", { kind: "magnetometer", unit: "gauss" }],
    ["acc:ax,ay,az[mG]", { kind: "accelerometer", unit: "milli-g" }],
    ["acc:X [mg],Y [mg],Z [mg]", { channels: ["X [mg]", "Y [mg]", "Z [mg]"], unit: null }],
    ["acc:X [mg],Y [mg],Z [mg][g]", { channels: ["X [mg]", "Y [mg]", "Z [mg]"], unit: "g" }],
    ["acc:Accel-X (g),Accel-Y (g),Accel-Z (g)", { channels: [" Accel-X (g)", "Accel-Y (g)", "Accel-Z (g)"] }],
  ])("%s", (text, sensor) => {
    expect(givenSensor(text, channels)).toMatchObject({ none: false, sensor });
  });

  it.each(["counts", "LSB", "raw"])("may say that the values are raw counts: [%s]", (word) => {
    expect(givenSensor(`gyr:ax,ay,az[${word}]`, channels)).toMatchObject({ counts: true, sensor: { unit: null } });
    expect(givenSensor("gyr:ax,ay,az", channels)).toMatchObject({ counts: false });
  });

  it("may say that columns are none, read or not", () => {
    expect(givenSensor("none:ax,ay,az", channels)).toMatchObject({
      none: true,
      sensor: { channels: ["ax", "ay", "az"] },
    });
    expect(givenSensor("none:px,py,pz", channels)).toMatchObject({ none: true });
  });

  it("advises no unit where none is possible", () => {
    expect(() => givenSensor("none:ax,ay,az[counts]", channels)).toThrow(
      expect.objectContaining({ advice: "Leave the unit out." }),
    );
  });

  it.each([
    ["ax,ay,az", "expected KIND:X,Y,Z"],
    ["acc", "expected KIND:X,Y,Z"],
    ["accc:ax,ay,az", 'one of acc, linear, gravity, gyr, mag, none; got "accc"'],
    ["toString:ax,ay,az", "expected a kind"],
    ["acc:ax,ay", "expected three different channels"],
    ["acc:ax,ay,ay", "expected three different channels"],
    ["acc:ax,ay,aq", 'there is no channel "aq"'],
    ["acc:ax,ay,az[dps]", "expected a unit, one of m/s^2, g, milli-g, micro-g, cm/s^2, mm/s^2, ft/s^2; got [dps]"],
    ["acc:ax,ay,az[parsec]", "got [parsec]"],
    ["none:ax,ay,az[g]", "expected no unit"],
    ["none:ax,ay,az[counts]", "expected no unit"],
  ])("refuses %s", (text, message) => {
    expect(() => givenSensor(text, channels)).toThrow(UserError);
    expect(() => givenSensor(text, channels)).toThrow(message);
  });
});
