// The result of `push` as one table, with the streams that need attention first.
import { counted } from "../../counted.ts";
import { verdictExitCodes } from "../../errors.ts";
import { naturalOrder } from "../../natural-order.ts";
import type { PushedStream, PushResult } from "../../pipelines/push.ts";
import { shellPath } from "../../shell-words.ts";
import type { Block } from "./terminal.ts";

export function pushText(pushed: PushResult): Block[] {
  const { to, model, spool, accepted, refused, spooled, skipped, streams, refused_batches, unread_files } = pushed;
  const sorted = streams.toSorted((a, b) => pushTextOrder(b) - pushTextOrder(a) || naturalOrder(a.stream, b.stream));
  const rows = sorted.map((own) => [
    own.stream,
    `${own.accepted}`,
    pushedVerdictsText(own),
    `${own.spooled}`,
    `${own.refused}`,
    own.last === null ? "-" : `${own.last.verdict} (${own.last.batch_id})`,
  ]);
  const batches = (n: number): string => counted(n, "batch", "batches");
  const known = streams.reduce((sum, own) => sum + own.known, 0);
  const reasons = new Set(streams.flatMap((own) => own.waits_because ?? []));
  return [
    `service    ${to}, model ${model}`,
    `accepted   ${batches(accepted)} of ${counted(streams.filter((own) => own.accepted > 0).length, "stream")}` +
      `${known === 0 ? "" : `; ${known} of them had been judged before`}`,
    ...(skipped === 0 ? [] : [`skipped    ${counted(skipped, "file")} sent before (--again sends them again)`]),
    ...(rows.length === 0
      ? []
      : ["", { headers: ["stream", "accepted", "verdicts", "waiting", "refused", "last batch"], rows }, ""]),
    ...unread_files.map(({ reason }) => `not read   ${reason}`),
    ...refused_batches.map(
      ({ stream, batch_id, file, reason }) => `refused    ${batch_id} of stream ${stream}, from ${file}: ${reason}`,
    ),
    ...(refused === 0 ? [] : [`-> the refused batches are in ${shellPath(spool)}/refused; --again sends them again`]),
    ...(spooled === 0
      ? []
      : [
          `waiting    ${batches(spooled)} in ${shellPath(spool)}${reasons.size === 0 ? "" : `: ${[...reasons].join(" ")}`}`,
          "-> run the same command again to send them",
        ]),
  ];
}

function pushedVerdictsText({ verdicts }: PushedStream): string {
  const some = Object.entries(verdicts).filter(([, count]) => count > 0);
  return some.length === 0 ? "-" : some.map(([verdict, count]) => `${count} ${verdict}`).join(", ");
}

function pushTextOrder({ last, refused, spooled }: PushedStream): number {
  const verdict = last === null ? 0 : verdictExitCodes[last.verdict];
  return Math.max(verdict, refused > 0 ? 2 : 0, spooled > 0 ? 1 : 0);
}
