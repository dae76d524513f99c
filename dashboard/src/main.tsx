// The dashboard of `tidemark serve`.
import { render } from "preact";
import { usePlace } from "./address.ts";
import { BatchPage } from "./batch-page.tsx";
import { FleetPage } from "./fleet-page.tsx";
import { StreamPage } from "./stream-page.tsx";

function App() {
  const place = usePlace();
  return (
    <>
      <header>
        <a href="#/" class="brand">
          Tidemark
        </a>
      </header>
      {place.page === "fleet" ? (
        <FleetPage place={place} />
      ) : place.page === "stream" ? (
        <StreamPage {...place} />
      ) : (
        <BatchPage {...place} />
      )}
    </>
  );
}

render(<App />, document.getElementById("app")!);
