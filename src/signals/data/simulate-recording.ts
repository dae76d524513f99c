// Computes the signal of one simulated recording. The angles of the forearm are functions of the stride's phase. Their
// derivatives give the gyroscope's signal. Gravity and body acceleration, rotated into the device's frame, give the
// accelerometer's signal. Bias and noise are then added.

import type { Rng } from "../../random.ts";
import { type Movement, movements, type PersonTraits, type Posture, type SimulatedActivity } from "./gait-model.ts";

const gravity = 9.80665;
/** Distance from the elbow to the wrist, in metres. When the arm swings, the acceleration of the watch is proportional to it. */
const forearm = 0.26;

/**
 * Fills rows `offset` to `offset + length` (exclusive) of six columns: Ax, Ay, Az in m/s^2 with gravity (at rest, an axis that
 * points up has the value +9.81), and Gx, Gy, Gz in rad/s. The rhythm drifts slowly, so no two cycles are equal.
 */
export function simulateRecording(
  activity: SimulatedActivity,
  person: PersonTraits,
  samplingRateHz: number,
  columns: readonly Float32Array[],
  offset: number,
  length: number,
  rng: Rng,
): void {
  const movement = movements[activity];
  const posture = drawPostureOfRecording(movement, rng);
  const around = (sd: number): number => Math.exp(sd * rng.normal());
  const dt = 1 / samplingRateHz;
  const strideRate = Math.PI * movement.stepHz * person.cadence * around(0.05);
  const swing = movement.swing * posture.swing * person.swing * around(0.2);
  const bounce = movement.bounce * person.vigour * around(0.15);
  const impact = movement.impact.map((share) => share * person.impact * around(0.15));
  const meanPitch = posture.pitch + person.pitch + 0.12 * rng.normal();
  const meanRoll = posture.roll + person.roll + 0.15 * rng.normal();
  const tempo = new Wander(4, 0.04, dt, rng);
  const vigour = new Wander(3, 0.18, dt, rng);
  const pitchDrift = new Wander(5, 0.06, dt, rng);
  const rollDrift = new Wander(5, 0.08, dt, rng);
  const yawDrift = new Wander(6, 0.1, dt, rng);
  const tremor = new Wander(0.12, 0.004, dt, rng);
  const gestures = new Gestures(movement, person, dt, rng);
  const p = person.phases;
  let phase = 2 * Math.PI * rng.uniform();
  let before: { pitch: number; roll: number; yaw: number } | undefined;

  for (let i = offset; i < offset + length; i++) {
    const strength = Math.exp(vigour.next());
    const rate = strideRate * Math.exp(tempo.next());
    phase += rate * dt;
    gestures.next();
    const arm = swing * strength;
    const body = bounce * strength;

    const swung = arm * (Math.cos(phase) + 0.25 * Math.cos(2 * phase + p[0]!) + 0.1 * Math.cos(3 * phase + p[1]!));
    const pitch = meanPitch + pitchDrift.next() + swung + tremor.next() + gestures.pitch;
    const roll = person.side * (meanRoll + rollDrift.next() + 0.35 * arm * Math.cos(phase + p[2]!) + gestures.roll);
    const yaw = person.side * (yawDrift.next() + 0.3 * arm * Math.cos(phase + p[3]!) + gestures.yaw);
    const rates = before ?? { pitch, roll, yaw };
    const pitchRate = (pitch - rates.pitch) / dt;
    const rollRate = (roll - rates.roll) / dt;
    const yawRate = (yaw - rates.yaw) / dt;
    before = { pitch, roll, yaw };

    let up = Math.cos(2 * phase + p[4]!);
    for (let h = 0; h < impact.length; h++) up += impact[h]! * Math.cos((h + 2) * 2 * phase + (h + 1) * p[5]!);
    const forward = 0.45 * body * Math.cos(2 * phase + p[5]! + 1);
    const sideways = person.side * 0.3 * body * Math.cos(phase + p[4]!);
    // Acceleration due to the forearm's own swing: along the forearm towards the elbow, and across it.
    const swingRate =
      -arm * rate * (Math.sin(phase) + 0.5 * Math.sin(2 * phase + p[0]!) + 0.3 * Math.sin(3 * phase + p[1]!));
    const swingAcceleration =
      -arm * rate * rate * (Math.cos(phase) + Math.cos(2 * phase + p[0]!) + 0.9 * Math.cos(3 * phase + p[1]!));

    // Rotates from the world frame to the device frame by yaw, pitch and roll (the aerospace order), each reversed.
    const [sinPitch, cosPitch] = [Math.sin(pitch), Math.cos(pitch)];
    const [sinRoll, cosRoll] = [Math.sin(roll), Math.cos(roll)];
    const [sinYaw, cosYaw] = [Math.sin(yaw), Math.cos(yaw)];
    const x = cosYaw * forward + sinYaw * sideways;
    const y = cosYaw * sideways - sinYaw * forward;
    const z = gravity + body * up;
    const across = sinPitch * x + cosPitch * z - forearm * swingAcceleration;
    const sensed = [
      cosPitch * x - sinPitch * z + forearm * swingRate * swingRate,
      cosRoll * y + sinRoll * across,
      cosRoll * across - sinRoll * y,
      rollRate - yawRate * sinPitch,
      pitchRate * cosRoll + yawRate * sinRoll * cosPitch,
      yawRate * cosRoll * cosPitch - pitchRate * sinRoll,
    ];
    for (let c = 0; c < 6; c++) {
      const noise = c < 3 ? person.accelerometerNoise : person.gyroscopeNoise;
      const bias = c < 3 ? person.accelerometerBias[c]! : person.gyroscopeBias[c - 3]!;
      columns[c]![i] = sensed[c]! + bias + noise * rng.normal();
    }
  }
}

function drawPostureOfRecording(movement: Movement, rng: Rng): Posture {
  let left = rng.uniform();
  for (const posture of movement.postures) {
    left -= posture.share;
    if (left < 0) return posture;
  }
  return movement.postures[0]!;
}

/**
 * A value that varies smoothly around 0: noise after two low-pass filters of `seconds` each, with standard deviation `sd`.
 * Noise after only one filter (Ornstein-Uhlenbeck) would have no derivative, which would show in the gyroscope's signal.
 */
class Wander {
  readonly #keep: number;
  readonly #kick: number;
  readonly #sd: number;
  readonly #rng: Rng;
  #rough: number;
  #smooth: number;

  constructor(seconds: number, sd: number, dt: number, rng: Rng) {
    this.#keep = Math.exp(-dt / seconds);
    this.#kick = Math.sqrt(1 - this.#keep ** 2);
    this.#sd = sd * Math.SQRT2;
    this.#rng = rng;
    this.#rough = rng.normal();
    this.#smooth = (this.#rough + rng.normal()) / 2;
  }

  next(): number {
    this.#rough = this.#keep * this.#rough + this.#kick * this.#rng.normal();
    this.#smooth += (1 - this.#keep) * (this.#rough - this.#smooth);
    return this.#sd * this.#smooth;
  }
}

/** Occasional hand movements, out and back within 0.6 to 2.4 s. */
class Gestures {
  pitch = 0;
  roll = 0;
  yaw = 0;
  readonly #chance: number;
  readonly #size: number;
  readonly #dt: number;
  readonly #rng: Rng;
  #seconds = 1;
  #left = 0;
  #aim: readonly [number, number, number] = [0, 0, 0];

  constructor(movement: Movement, person: PersonTraits, dt: number, rng: Rng) {
    this.#chance = (movement.gestures * person.restlessness * dt) / 60;
    this.#size = movement.gestureSize;
    this.#dt = dt;
    this.#rng = rng;
  }

  next(): void {
    const rng = this.#rng;
    if (this.#left <= 0 && rng.uniform() < this.#chance) {
      const size = this.#size * Math.exp(0.4 * rng.normal());
      this.#seconds = 0.6 + 1.8 * rng.uniform();
      this.#left = this.#seconds;
      this.#aim = [size * rng.normal(), size * rng.normal(), 0.5 * size * rng.normal()];
    }
    const moved = this.#left > 0 ? Math.sin((Math.PI * this.#left) / this.#seconds) ** 2 : 0;
    this.#left -= this.#dt;
    this.pitch = moved * this.#aim[0];
    this.roll = moved * this.#aim[1];
    this.yaw = moved * this.#aim[2];
  }
}
