/**
 * A share as a percentage: 0.0123 -> "1.23 %", or "1.2 %" with `decimals`. A share that is missing or not finite is shown as an
 * en dash.
 */
export function percent(
  share: number | null | undefined,
  { significant = 3, decimals }: { significant?: number; decimals?: number } = {},
): string {
  if (typeof share !== "number" || !Number.isFinite(share)) return "–";
  const value = 100 * share;
  return `${decimals === undefined ? Number(value.toPrecision(significant)) : value.toFixed(decimals)} %`;
}
