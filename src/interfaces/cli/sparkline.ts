// The evidence over time as one line of text. Its scale ends at the alarm level, so a full bar means an alarm. If the locale
// does not support block elements, digits show tenths of the alarm level, and an exclamation mark shows an alarm.
import { chartShowsBraille } from "./signal-chart.ts";

const bars = "▁▂▃▄▅▆▇";
const alarm = "█";
const missing = "·";

/** @param shares evidence as a share of the alarm level; null for a batch that was not judged */
export function sparkline(shares: readonly (number | null)[], hasBlocks: boolean = chartShowsBraille()): string {
  return shares
    .map((share) => {
      if (share === null) return hasBlocks ? missing : "x";
      if (share >= 1) return hasBlocks ? alarm : "!";
      return hasBlocks ? bars[Math.floor(share * bars.length)]! : String(Math.floor(share * 10));
    })
    .join("");
}
