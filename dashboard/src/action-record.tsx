import type { ReadStream } from "./api.ts";
import { Table } from "./table.tsx";
import { minute } from "./words.ts";

const names = {
  accept: "accepted",
  exclude: "excluded",
  reset: "reset",
  rename: "renamed",
  retire: "retired",
  erase: "erased",
} as const;

/** What users did to a stream and its batches, the newest first. */
export function ActionRecord({ actions, href }: { actions: ReadStream["actions"]; href: (batch: string) => string }) {
  if (actions.length === 0) return <p class="quiet">Nobody has decided anything about this stream.</p>;
  return (
    <Table label="Record of decisions" columns={["when", "who", "what", "why"]}>
      {actions.toReversed().map(({ at, who, action, subject, reason }) => (
        <tr key={`${at} ${action} ${subject}`}>
          <th scope="row">{minute(at)}</th>
          <td>{who}</td>
          <td>
            {names[action]}
            {subject === null ? null : action === "rename" ? (
              `, formerly ${subject}`
            ) : (
              <>
                : batch <a href={href(subject)}>{subject}</a>
              </>
            )}
          </td>
          <td class="words">{reason ?? "–"}</td>
        </tr>
      ))}
    </Table>
  );
}
