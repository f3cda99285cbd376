"use client";

import { Dialog } from "@/ui/dialog";
import { PLACES } from "./navigation";

const KEYS: readonly (readonly [string, string])[] = [
  ["Ctrl K", "search and commands"],
  ["/", "search on this page"],
  ["x", "emergency stop: opens it, nothing is stopped before you hold"],
  ["Esc", "close what is open"],
  ["?", "these shortcuts"],
];

export function Help({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const rows = [...PLACES.map((place) => [`g ${place.key}`, place.label] as const), ...KEYS];
  return (
    <Dialog title="Shortcuts" isOpen={isOpen} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
        {rows.map(([keys, what]) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="rounded-sm border border-line bg-raised px-1.5 font-mono text-xs">
                {keys}
              </kbd>
            </dt>
            <dd className="text-quiet">{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
