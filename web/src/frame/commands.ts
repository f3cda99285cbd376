/** What the command palette offers, and how it is found. */

import { PLACES } from "./navigation";

export interface Command {
  label: string;
  about: string;
  keys?: string;
  run: () => void;
}

/** Return the commands to go to each page. */
export function placeCommands(go: (href: string) => void): Command[] {
  return PLACES.map((place) => ({
    label: place.label,
    about: place.about,
    keys: `g ${place.key}`,
    run: () => go(place.href),
  }));
}

function rankOf(command: Command, text: string): number {
  const label = command.label.toLowerCase();
  if (label.startsWith(text)) return 0;
  if (label.includes(text)) return 1;
  if (command.about.toLowerCase().includes(text)) return 2;
  let at = -1;
  for (const letter of text) {
    at = label.indexOf(letter, at + 1);
    if (at < 0) return 9;
  }
  return 3;
}

/** Return the commands that a text means, the nearest first. */
export function found(commands: readonly Command[], text: string): Command[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [...commands];
  return commands
    .map((command) => ({ command, rank: rankOf(command, wanted) }))
    .filter((each) => each.rank < 9)
    .sort((one, other) => one.rank - other.rank)
    .map((each) => each.command);
}
