/** Values that a form would change, held against those in force. */

export interface Setting {
  name: string;
  /** What people call it. */
  label: string;
  value: number;
  hint?: string;
}

export interface Change {
  name: string;
  label: string;
  before: number;
  /** As it was typed: it is sent as text, so that no digit is lost. */
  after: string;
  /** Whether it allows more than before; 0 switches a limit off. */
  isRaise: boolean;
}

/** Return what is wrong with a typed value; empty when nothing is. */
export function faultOf(text: string): string {
  if (!/^\d+(\.\d+)?$/.test(text.trim())) return "a number, 0 or more";
  return "";
}

/** Return the settings whose typed value differs from the one in force. */
export function changesOf(
  settings: readonly Setting[],
  typed: Readonly<Record<string, string>>,
): Change[] {
  return settings.flatMap((setting) => {
    const text = typed[setting.name]?.trim();
    if (text === undefined || faultOf(text) || Number(text) === setting.value) return [];
    const after = Number(text);
    const isRaise = after === 0 || (setting.value !== 0 && after > setting.value);
    return [
      { name: setting.name, label: setting.label, before: setting.value, after: text, isRaise },
    ];
  });
}
