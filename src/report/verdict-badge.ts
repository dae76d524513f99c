import type { CheckResult } from "../monitoring/streams/check-result.ts";
import { verdictNames } from "./explain-check.ts";
import { type Html, html } from "./html.ts";

/** A verdict as a word and a symbol, so that it can be understood without colour. */
export function verdictBadge(verdict: CheckResult["verdict"]): Html {
  const symbol = { normal: "●", gradual_drift: "▲", sudden_change: "◆", rejected: "✕" }[verdict];
  return html`<span class="verdict verdict-${verdict}"><span aria-hidden="true">${symbol}</span> ${verdictNames[verdict]}</span>`;
}
