import type { ComponentChildren } from "preact";
import { Scroll } from "./scroll.tsx";

export interface TableProps {
  /** Names the table for those who cannot see it. */
  readonly label: string;
  readonly columns: readonly string[];
  readonly class?: string;
  /** The rows. */
  readonly children: ComponentChildren;
}

export function Table({ label, columns, class: look, children }: TableProps) {
  return (
    <Scroll label={label}>
      <table class={look}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
  );
}
