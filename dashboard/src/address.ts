// A deep link is the part of an address after #. Because of this, the service needs to serve only one file, and every page can
// still be bookmarked.
import { useEffect, useState } from "preact/hooks";

export type Place =
  | { readonly page: "fleet"; readonly which: string; readonly search: string; readonly skip: number }
  | { readonly page: "model"; readonly model: string }
  | { readonly page: "beside"; readonly model: string; readonly other: string }
  | { readonly page: "stream"; readonly model: string; readonly stream: string }
  | { readonly page: "batch"; readonly model: string; readonly stream: string; readonly batch: string };

export function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [kind, model, stream, batch] = path.split("/").map(decoded);
  if (kind === "models" && model) return stream ? { page: "beside", model, other: stream } : { page: "model", model };
  if (kind === "streams" && model && stream) {
    return batch ? { page: "batch", model, stream, batch } : { page: "stream", model, stream };
  }
  const given = new URLSearchParams(query);
  const skip = Number(given.get("skip") ?? 0);
  return {
    page: "fleet",
    which: given.get("which") ?? "active",
    search: given.get("search") ?? "",
    skip: Number.isInteger(skip) && skip > 0 ? skip : 0,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function addressOf(place: Place): string {
  if (place.page === "fleet") {
    const { which, search, skip } = place;
    const query = new URLSearchParams({
      ...(which !== "active" && { which }),
      ...(search !== "" && { search }),
      ...(skip > 0 && { skip: `${skip}` }),
    }).toString();
    return query === "" ? "#/" : `#/?${query}`;
  }
  if (place.page === "model") return `#/models/${encodeURIComponent(place.model)}`;
  if (place.page === "beside") return `#/models/${[place.model, place.other].map(encodeURIComponent).join("/")}`;
  const parts = [place.model, place.stream, ...(place.page === "batch" ? [place.batch] : [])];
  return `#/streams/${parts.map(encodeURIComponent).join("/")}`;
}

export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = (): void => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return placeOf(hash);
}
