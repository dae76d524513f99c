// A simple model of wrist movement, for the simulator: the forearm's pitch and roll swing with the stride, the body bounces
// with each step, and a resting hand makes small movements. People differ in cadence, vigour, posture and the position of the
// watch. The figures are plausible (cadences of 1.5 to 3 steps/s, wrist accelerations of 0.1 to 3 g), but are not fitted to
// real people. The forearm lies along the device's x axis: a hanging arm has a pitch of -90 degrees and gravity on x.

import type { Rng } from "../../random.ts";

export type SimulatedActivity = "walking" | "jogging" | "upstairs" | "downstairs" | "sitting" | "standing";

/** One kind of movement; angles in radians, accelerations in m/s^2, rates in Hz. */
export interface Movement {
  /** Steps per second; 0 if the person does not walk. */
  readonly stepHz: number;
  /** Amplitude of the forearm's swing, once per stride (two steps). */
  readonly swing: number;
  /** Amplitude of the body's vertical movement in each step. */
  readonly bounce: number;
  /** Share of the bounce in the second, third and fourth harmonics, which grow with the force of each footfall. */
  readonly impact: readonly [number, number, number];
  /**
   * Positions of the arm. Each recording has one position, drawn at random with probabilities equal to the positions' shares.
   */
  readonly postures: readonly Posture[];
  /** Number of small hand movements per minute, and the size of these movements. */
  readonly gestures: number;
  readonly gestureSize: number;
}

export interface Posture {
  readonly share: number;
  readonly pitch: number;
  readonly roll: number;
  /** Factor for the swing in this posture; an arm on a handrail or in a pocket swings less. */
  readonly swing: number;
}

export const movements: Record<SimulatedActivity, Movement> = {
  walking: {
    stepHz: 1.9,
    swing: 0.4,
    bounce: 1.9,
    impact: [0.4, 0.2, 0.1],
    gestures: 2,
    gestureSize: 0.25,
    postures: [
      { share: 0.8, pitch: -1.3, roll: 0.15, swing: 1 },
      { share: 0.2, pitch: -0.5, roll: 0.5, swing: 0.35 },
    ],
  },
  jogging: {
    stepHz: 2.65,
    swing: 0.5,
    bounce: 7.5,
    impact: [0.4, 0.2, 0.1],
    gestures: 1,
    gestureSize: 0.2,
    postures: [{ share: 1, pitch: -0.25, roll: 0.6, swing: 1 }],
  },
  upstairs: {
    stepHz: 1.55,
    swing: 0.24,
    bounce: 1.3,
    impact: [0.4, 0.15, 0.05],
    gestures: 3,
    gestureSize: 0.3,
    postures: [
      { share: 0.65, pitch: -1.15, roll: 0.25, swing: 1 },
      { share: 0.35, pitch: -0.3, roll: 0.35, swing: 0.4 },
    ],
  },
  downstairs: {
    stepHz: 1.95,
    swing: 0.2,
    bounce: 2.9,
    impact: [0.8, 0.6, 0.4],
    gestures: 3,
    gestureSize: 0.3,
    postures: [
      { share: 0.7, pitch: -1.2, roll: 0.25, swing: 1 },
      { share: 0.3, pitch: -0.45, roll: 0.35, swing: 0.4 },
    ],
  },
  sitting: {
    stepHz: 0,
    swing: 0,
    bounce: 0,
    impact: [0, 0, 0],
    gestures: 9,
    gestureSize: 0.35,
    postures: [
      { share: 0.85, pitch: -0.1, roll: 0.25, swing: 0 },
      { share: 0.15, pitch: -0.8, roll: 0.4, swing: 0 },
    ],
  },
  standing: {
    stepHz: 0,
    swing: 0,
    bounce: 0,
    impact: [0, 0, 0],
    gestures: 7,
    gestureSize: 0.5,
    postures: [
      { share: 0.85, pitch: -1.3, roll: 0.15, swing: 0 },
      { share: 0.15, pitch: -0.4, roll: 0.7, swing: 0 },
    ],
  },
};

export const simulatedActivities: readonly SimulatedActivity[] = Object.keys(movements) as SimulatedActivity[];

/** Traits that are the same in all of a person's recordings. */
export interface PersonTraits {
  readonly cadence: number;
  readonly vigour: number;
  readonly swing: number;
  readonly impact: number;
  readonly restlessness: number;
  readonly pitch: number;
  readonly roll: number;
  /** 1 on the right wrist, -1 on the left, which reverses the lateral axes. */
  readonly side: 1 | -1;
  readonly phases: readonly number[];
  readonly accelerometerBias: readonly number[];
  readonly gyroscopeBias: readonly number[];
  readonly accelerometerNoise: number;
  readonly gyroscopeNoise: number;
}

export function drawGaitTraits(rng: Rng): PersonTraits {
  const around = (sd: number): number => Math.exp(sd * rng.normal());
  const three = (sd: number): number[] => [sd * rng.normal(), sd * rng.normal(), sd * rng.normal()];
  return {
    cadence: around(0.05),
    vigour: around(0.2),
    swing: around(0.25),
    impact: around(0.2),
    restlessness: around(0.4),
    pitch: 0.15 * rng.normal(),
    roll: 0.25 * rng.normal(),
    side: rng.uniform() < 0.85 ? -1 : 1,
    phases: Array.from({ length: 6 }, () => 0.35 * rng.normal()),
    accelerometerBias: three(0.12),
    gyroscopeBias: three(0.02),
    accelerometerNoise: 0.06 * around(0.3),
    gyroscopeNoise: 0.012 * around(0.3),
  };
}
