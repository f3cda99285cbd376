"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useLook } from "@/state/look";
import { Icon } from "@/ui/icons";
import { placeOf, PLACES } from "./navigation";

/** Where one can go: icons and words at the left, folded to icons, and along the foot of a phone. */
export function Rail() {
  const here = placeOf(usePathname())?.href;
  const isFolded = useLook((look) => look.isRailFolded);
  const fold = useLook((look) => look.foldRail);
  return (
    <nav
      aria-label="Pages"
      className={`thin-scroll sticky top-12 flex h-[calc(100dvh-48px)] shrink-0 flex-col overflow-y-auto border-r border-line bg-panel px-2 py-3 max-md:hidden ${isFolded ? "w-13" : "w-44"}`}
    >
      <ul className="flex flex-1 flex-col gap-0.5">
        {PLACES.map((place) => (
          <li key={place.href}>
            <Link
              href={place.href}
              prefetch={false}
              aria-current={here === place.href ? "page" : undefined}
              title={`${place.label} (g ${place.key})`}
              className="flex h-8 items-center gap-3 rounded px-2.5 text-sm text-quiet hover:bg-raised hover:text-text aria-[current]:bg-accent-soft aria-[current]:font-medium aria-[current]:text-accent"
            >
              <Icon name={place.icon} />
              <span className={isFolded ? "sr-only" : ""}>{place.label}</span>
            </Link>
          </li>
        ))}
      </ul>
      <button
        type="button"
        aria-expanded={!isFolded}
        aria-label={isFolded ? "Unfold the menu" : "Fold the menu"}
        onClick={() => fold(!isFolded)}
        className="flex h-8 items-center gap-3 rounded px-2.5 text-quiet hover:bg-raised hover:text-text"
      >
        <Icon name={isFolded ? "unfold" : "fold"} />
        {!isFolded && <span className="text-sm">Fold</span>}
      </button>
    </nav>
  );
}

/** The same on a phone: a row that scrolls along the foot. */
export function FootRail() {
  const here = placeOf(usePathname())?.href;
  return (
    <nav
      aria-label="Pages"
      className="fixed inset-x-0 bottom-0 z-20 flex overflow-x-auto border-t border-line bg-panel [scrollbar-width:none] md:hidden"
    >
      {PLACES.map((place) => (
        <Link
          key={place.href}
          href={place.href}
          prefetch={false}
          aria-current={here === place.href ? "page" : undefined}
          className="flex h-14 min-w-18 flex-1 flex-col items-center justify-center gap-1 text-xs text-quiet aria-[current]:text-accent"
        >
          <Icon name={place.icon} size={18} />
          {place.label}
        </Link>
      ))}
    </nav>
  );
}
