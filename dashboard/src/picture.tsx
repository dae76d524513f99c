// Charts that the service draws, as for the pages that commands write. Their colours are custom properties, so they follow the
// scheme.

import type { PicturedSection } from "../../src/pipelines/picture-batch.ts";

export function Pictures({ sections }: { sections: readonly PicturedSection[] }) {
  return sections.map(({ id, title, about, html }) => (
    <section key={id} class="picture" aria-labelledby={`picture-${id}`}>
      <h2 id={`picture-${id}`}>{title}</h2>
      <p class="quiet">{about}</p>
      {/* The service escapes every text, and the page's content security policy lets no inline script run. */}
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </section>
  ));
}
