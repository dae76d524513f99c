// The report's style sheet: one column of text and one accent colour, with the same markup for light mode, dark mode and print.
// Table cells are shaded with at most `--deepest` of a colour, because no text colour has enough contrast on every deeper shade
// (WCAG AA, 4.5 to 1).

export const reportStyle: string = `
:root {
  --ink: #1d2529; --quiet: #5a666d; --line: #d9dfe2; --page: #f6f7f7; --surface: #fff;
  --accent: #0b6b76; --bar: #a5ced3; --muted: #8b979d; --warn: #8a4b08; --warn-page: #fdf3e4; --miss: #b2473e;
  --deepest: .6;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e3e8ea; --quiet: #9aa7ad; --line: #33403f; --page: #131819; --surface: #1b2223;
    --accent: #58bfca; --bar: #2a6068; --muted: #7f8c92; --warn: #f0b76d; --warn-page: #2c2215; --miss: #e08277;
    --deepest: .45;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: break-word;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header, main, footer { max-width: 1160px; margin: 0 auto; padding: 0 16px; }
header { padding-top: 32px; }
.brand { margin: 0; color: var(--accent); font-weight: 600; letter-spacing: .04em; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 48px 0 0; font-size: 1.3rem; font-weight: 650; }
h3 { margin: 24px 0 8px; font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
.lead { margin: 8px 0 0; max-width: 46em; color: var(--quiet); }
.note { margin: 0 0 12px; max-width: 46em; color: var(--quiet); }
nav { margin: 24px 0 0; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: .9rem; }
a { color: var(--accent); text-underline-offset: 3px; }
code { font: .875em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.warnings { margin-top: 24px; padding: 12px 16px; border-left: 4px solid var(--warn); background: var(--warn-page); }
.warnings h2 { margin: 0; font-size: 1rem; color: var(--warn); }
.warnings ul { margin: 4px 0 0; padding-left: 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 12px; margin: 0; }
.tile { margin: 0; padding: 14px 16px; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; }
.tile dt { font-size: .85rem; color: var(--quiet); }
.tile dd { margin: 0; }
.tile strong { display: block; font-size: 1.4rem; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tile span { font-size: .85rem; color: var(--quiet); overflow-wrap: anywhere; }
.tile.first { border-color: var(--accent); }
.tile.first strong { color: var(--accent); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 16px; align-items: start; }
.grid + .note { margin-top: 12px; }
.pair { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
.pair > .card { flex: 1 1 330px; max-width: 100%; }
.pair > .scroll { flex: 2 1 520px; min-width: 0; }
.card { margin: 0; padding: 12px 12px 10px; min-width: 0; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; }
.card h3 { margin: 0 0 4px 4px; }
.card figcaption { margin: 4px 4px 0; font-size: .85rem; color: var(--quiet); overflow-wrap: anywhere; }
.chart { display: block; width: 100%; max-width: 460px; height: auto; margin: 0 auto; overflow: visible; font-size: 11px; }
.chart text { white-space: pre; }
.legend { margin: 0 0 8px; font-size: .85rem; color: var(--quiet); }
.key { display: inline-block; width: 18px; margin: 0 3px 0 12px; vertical-align: middle; border-top: 2px solid var(--muted); }
.legend .key:first-child { margin-left: 0; }
.key-accent { border-top: 3px solid var(--accent); }
.key-miss { border-top: 3px solid var(--miss); }
.key-bar { height: 11px; width: 11px; border: 0; background: var(--bar); }
.key-few { height: 11px; width: 11px; border: 1px dashed var(--quiet); }
.key-rule { height: 14px; width: 0; border: 0; border-left: 2px dashed var(--quiet); }
.key-mark { margin-left: 12px; color: var(--ink); }
.key-accent { color: var(--accent); }
.key-baseline { height: 11px; border: 1px solid var(--quiet); background: var(--bar); }
.key-anchor { width: 24px; border-top: 2px dotted var(--ink); }
.key-rolling { width: 24px; border-top: 2px dashed var(--ink); }
.key-batch { width: 24px; border-top: 3px solid var(--accent); }
.verdict { display: inline-block; padding: 4px 14px; border: 2px solid var(--accent); border-radius: 999px; font-size: 1.15rem;
  font-weight: 650; background: var(--surface); color: var(--accent); }
.verdict-gradual_drift, .verdict-sudden_change { border-color: var(--miss); color: var(--miss); }
.verdict-rejected { border-color: var(--warn); color: var(--warn); }
.reasons { margin: 8px 0 16px; padding-left: 20px; max-width: 52em; }
.reasons li { margin: 4px 0; }
.card.loud { border-color: var(--miss); }
.card details { margin: 6px 4px 0; font-size: .85rem; }
.small-note { margin: 2px 4px 0; color: var(--quiet); }
.only-wide .chart { max-width: none; }
.only-narrow { display: none; }
.words td { text-align: left; white-space: normal; min-width: 9em; }
.batches td:nth-child(n+2) { text-align: left; white-space: normal; min-width: 6em; }
.batches th { text-align: left; }
.batches td:nth-child(6) { min-width: 16em; }
.rules-first td { text-align: right; }
.empty { color: var(--quiet); }
.scroll { overflow-x: auto; max-width: 100%; margin-bottom: 16px; }
.scroll:focus-visible { outline: 2px solid var(--accent); }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; background: var(--surface); }
th, td { padding: 4px 10px; border: 1px solid var(--line); text-align: right; font-weight: 400; vertical-align: top; }
th { color: var(--quiet); }
.scroll th, .scroll td { white-space: nowrap; }
tbody th { text-align: left; color: var(--ink); }
.scroll tbody th { position: sticky; left: 0; background: var(--surface); white-space: normal; }
tbody th span { display: block; width: max-content; max-width: 12em; overflow-wrap: break-word; }
thead th { vertical-align: bottom; }
.facts { width: 100%; table-layout: fixed; }
.facts th { width: 36%; color: var(--quiet); }
.facts td { text-align: left; overflow-wrap: anywhere; }
.names td:nth-child(n+2):nth-child(-n+4) { text-align: left; min-width: 11em; white-space: normal; }
.rules :is(td, th):last-child { text-align: left; }
.small { width: 100%; margin-top: 6px; font-size: .8rem; }
.small th, .small td { padding: 2px 3px; text-align: center; }
.confusion { border-collapse: separate; border-spacing: 2px; background: none; }
.confusion th, .confusion td { border: 0; padding: 2px 4px; }
.confusion tbody th { padding-right: 8px; vertical-align: middle; text-align: right; background: var(--page); }
.confusion tbody th span { max-width: 9em; }
.confusion thead th { height: 7.5em; padding: 0; }
.confusion thead span { display: inline-block; writing-mode: vertical-rl; transform: rotate(180deg); max-height: 12em;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: left; }
.confusion td { min-width: 48px; text-align: center; vertical-align: middle; line-height: 1.15; background: var(--surface); }
.confusion b { display: block; font-weight: 600; }
.confusion small { display: block; color: inherit; font-size: .75em; }
.confusion .none { color: var(--muted); }
.confusion .hit { background: color-mix(in srgb, var(--accent) calc(var(--deepest) * var(--share)), var(--surface)); }
.confusion .miss { background: color-mix(in srgb, var(--miss) calc(var(--deepest) * var(--share)), var(--surface)); }
.confusion .total, .confusion thead td { background: none; color: var(--quiet); }
details { margin: 16px 0; }
summary { cursor: pointer; color: var(--accent); margin-bottom: 8px; }
.proof { padding: 8px 14px; border-left: 4px solid var(--accent); background: var(--surface); }
.proof.bad { border-color: var(--warn); background: var(--warn-page); }
footer { padding: 32px 16px; color: var(--quiet); font-size: .85rem; }
@media (max-width: 560px) {
  header, main, footer { padding-left: 12px; padding-right: 12px; }
  .card { padding: 10px 6px; }
  th, td { padding: 4px 7px; }
  .only-wide { display: none; }
  .only-narrow { display: block; }
  .confusion { border-spacing: 1px; }
  .confusion th, .confusion td { padding: 2px 1px; }
  .confusion td { min-width: 40px; }
}
@page { margin: 14mm 12mm; }
@media print {
  :root { --ink: #000; --quiet: #444; --line: #ccc; --page: #fff; --surface: #fff; --accent: #0b6b76; --bar: #a5ced3;
    --muted: #8b979d; --warn: #8a4b08; --warn-page: #fff; --miss: #b2473e; --deepest: .6; color-scheme: light; }
  body { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  header, main, footer { max-width: none; padding: 0; }
  nav, summary { display: none; }
  h2, h3, .note, .legend { break-after: avoid; break-inside: avoid; }
  .scroll th, .scroll td { position: static; white-space: normal; }
  .pair > .card { flex: 0 1 calc(50% - 8px); }
  .pair > .scroll { flex-basis: 100%; }
  .names { width: 100%; }
  .names td:nth-child(4) { width: 45%; }
  .card, .tile, .warnings, .proof, tr { break-inside: avoid; }
  .confusion { break-inside: avoid; font-size: 8pt; }
  .confusion td { min-width: 0; }
  thead { display: table-header-group; }
  .grid { display: grid; grid-template-columns: repeat(2, 1fr); gap: 10px; }
  .tiles { grid-template-columns: repeat(3, 1fr); }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  .names td:nth-child(n) { min-width: 0; }
  details::details-content { content-visibility: visible; height: auto; }
}
`;
