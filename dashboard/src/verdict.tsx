import { verdictNames } from "../../src/report/explain-check.ts";

const symbols = { normal: "●", gradual_drift: "▲", sudden_change: "◆", rejected: "✕" } as const;

export function Verdict({ verdict, large = false }: { verdict: keyof typeof verdictNames | null; large?: boolean }) {
  if (verdict === null) return <span class="verdict">not judged</span>;
  return (
    <span class={`verdict verdict-${verdict}${large ? " large" : ""}`}>
      <span aria-hidden="true">{symbols[verdict]}</span> {verdictNames[verdict]}
    </span>
  );
}
