// Converts a phone's motion event to a row of a model's channels, according to the sensors that the model was trained on.
// https://www.w3.org/TR/orientation-event/ specifies m/s^2 and degrees per second. Alpha is the rotation about z, beta about x,
// and gamma about y.
import { type DeviceModel, unitFactor } from "tidemark/device";

interface Vector {
  readonly x: number | null;
  readonly y: number | null;
  readonly z: number | null;
}

/** The parts of a DeviceMotionEvent that are used. */
export interface Motion {
  readonly acceleration: Vector | null;
  readonly accelerationIncludingGravity: Vector | null;
  readonly rotationRate: {
    readonly alpha: number | null;
    readonly beta: number | null;
    readonly gamma: number | null;
  } | null;
}

type Sensor = DeviceModel["sensors"][number];

/** @throws Error if the model has a channel that no phone can provide */
export function motionRow(model: DeviceModel): (motion: Motion) => number[] {
  const sources = model.channels.map((channel) => sourceOf(channel, model.sensors));
  return (motion) => sources.map((source) => source(motion));
}

/** The returned function gives NaN for a value that the phone does not report; the row is then skipped and counted. */
function sourceOf(channel: string, sensors: readonly Sensor[]): (motion: Motion) => number {
  const sensor = sensors.find(({ channels }) => channels.includes(channel));
  const axis = (["x", "y", "z"] as const)[sensor?.channels.indexOf(channel) ?? -1];
  if (sensor === undefined || axis === undefined) throw noSource(channel, "is not an axis of a sensor");
  if (sensor.kind === "gyroscope") {
    const factor = unitFactor("gyroscope", "deg/s", sensor.unit ?? "rad/s");
    const about = ({ x: "beta", y: "gamma", z: "alpha" } as const)[axis];
    return ({ rotationRate }) => number(rotationRate?.[about]) * factor;
  }
  if (sensor.kind !== "accelerometer") throw noSource(channel, `belongs to a sensor of kind ${sensor.kind}`);
  const factor = unitFactor("accelerometer", "m/s^2", sensor.unit ?? "m/s^2");
  const which = sensor.gravity === false ? "acceleration" : "accelerationIncludingGravity";
  return (motion) => number(motion[which]?.[axis]) * factor;
}

const number = (value: number | null | undefined): number => value ?? Number.NaN;

function noSource(channel: string, why: string): Error {
  return new Error(`The model's channel "${channel}" ${why}; a phone has an accelerometer and a gyroscope.`);
}
