// The value of a `--day` option: how long each bout of an activity lasts during a person's day.

import { UserError } from "./errors.ts";

/** Days in the order of the recordings, or days composed of bouts whose lengths are within a range. */
export type Day = "recorded" | { readonly boutSeconds: readonly [shortest: number, longest: number] };

/** Describes the values that every `--day` option accepts; the option of `train` also accepts "auto". */
export const expectedDay = "recorded, or the shortest and the longest bout in seconds, such as 20-120";
export const dayPattern: RegExp = /^(?:auto|recorded|\d{1,5}(?:\.\d+)?-\d{1,5}(?:\.\d+)?)$/;
/** Like `dayPattern`, but without "auto". */
export const benchDayPattern: RegExp = /^(?:recorded|\d{1,5}(?:\.\d+)?-\d{1,5}(?:\.\d+)?)$/;

/**
 * @param text a string that matches `dayPattern`
 * @throws UserError if the range is empty or not above 0
 */
export function parseDay(text: string): Day | "auto" {
  if (text === "recorded" || text === "auto") return text;
  const [shortest, longest] = text.split("-").map(Number) as [number, number];
  if (shortest > 0 && longest >= shortest) return { boutSeconds: [shortest, longest] };
  throw new UserError(`--day: expected two lengths above 0 s, the shortest bout first, such as 20-120, got "${text}"`);
}
