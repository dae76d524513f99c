// Synthetic recordings with unusual clocks: two people who walk and sit, at 50 Hz unless a test sets a different rate.
export interface ClockRow {
  readonly user: string;
  readonly activity: "walking" | "sitting";
  /** Index of the row in its recording. */
  readonly i: number;
}

export const clockHeader = "user,activity,recording,CLOCK,Ax,Ay,Az";

/** @param time the cell in the column that `column` names @param scale factor of the values */
export function clockTable(
  column: string,
  time: (row: ClockRow) => string | number,
  {
    people = ["ann", "bob"],
    rows = 400,
    rateHz = 50,
    scale = 1,
  }: { people?: readonly string[]; rows?: number; rateHz?: number; scale?: number } = {},
): string {
  const lines = [clockHeader.replace("CLOCK", column)];
  for (const [p, user] of people.entries()) {
    for (const activity of ["walking", "sitting"] as const) {
      for (let i = 0; i < rows; i++) {
        const t = i / rateHz;
        const move = activity === "walking" ? 2 * Math.sin(2 * Math.PI * (1.7 + 0.1 * p) * t) : 0.02 * Math.sin(9 * t);
        const values = [move + 0.3 * p, 0.5 * move + 1, 9.7 + move].map((value) => (value * scale).toFixed(5));
        lines.push([user, activity, `${user}-${activity}`, time({ user, activity, i }), ...values].join(","));
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
