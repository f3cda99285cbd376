"use client";

/** Everything that can be done or found, by a few letters. */

import { useMemo, useState } from "react";
import { Dialog } from "@/ui/dialog";
import { type Command, found } from "./commands";

interface PaletteProps {
  commands: readonly Command[];
  isOpen: boolean;
  onClose: () => void;
}

export function Palette({ commands, isOpen, onClose }: PaletteProps) {
  return (
    <Dialog title="Go to or do" isOpen={isOpen} onClose={onClose}>
      <Search commands={commands} onClose={onClose} />
    </Dialog>
  );
}

function Search({ commands, onClose }: Omit<PaletteProps, "isOpen">) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const shown = useMemo(() => found(commands, text), [commands, text]);
  const chosen = Math.min(at, shown.length - 1);
  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKey = (event: React.KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter") run(shown[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <div className="flex flex-col gap-2">
      <input
        autoFocus
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={shown.length ? `palette-${chosen}` : undefined}
        value={text}
        placeholder="Type a page, an order's id, a command"
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKey}
        className="h-9 w-full rounded border border-line-strong bg-panel px-3 text-base placeholder:text-quiet"
      />
      <ul
        id="palette-list"
        role="listbox"
        aria-label="Commands"
        className="max-h-[50dvh] overflow-y-auto"
      >
        {shown.map((command, index) => (
          <li
            key={command.label}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseEnter={() => setAt(index)}
            onClick={() => run(command)}
            className="flex cursor-pointer items-baseline gap-3 rounded px-3 py-1.5 aria-selected:bg-accent-soft"
          >
            <span className="font-medium">{command.label}</span>
            <span className="min-w-0 flex-1 truncate text-xs text-quiet">{command.about}</span>
            {command.keys && <kbd className="font-mono text-xs text-quiet">{command.keys}</kbd>}
          </li>
        ))}
        {shown.length === 0 && <li className="px-3 py-2 text-quiet">Nothing of that name.</li>}
      </ul>
    </div>
  );
}
