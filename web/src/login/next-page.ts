/**
 * Return where to go after the login: a page of ours, whatever the address says.
 *
 * The browser's own reading decides: it drops tabs and line ends, turns `\\` to `/` and takes `.`
 * parts away, so that what looks like a path may lead to another site.
 */
export function nextPage(search: string, origin: string): string {
  const wanted = new URLSearchParams(search).get("next") ?? "/";
  if (!wanted.startsWith("/") || !URL.canParse(wanted, origin)) return "/";
  const found = new URL(wanted, origin);
  const path = found.pathname + found.search + found.hash;
  const isOurs = found.origin === new URL(origin).origin && !path.startsWith("//");
  return isOurs && !path.startsWith("/login") ? path : "/";
}
