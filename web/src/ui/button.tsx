import type { ButtonHTMLAttributes } from "react";

type Tone = "plain" | "primary" | "danger" | "quiet";

const TONES: Record<Tone, string> = {
  plain: "border border-line-strong bg-panel hover:bg-raised",
  primary: "border border-transparent bg-accent text-on-accent hover:opacity-90",
  danger: "border border-transparent bg-live text-white hover:opacity-90",
  quiet: "border border-transparent text-quiet hover:bg-raised hover:text-text",
};

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: Tone;
  /** Whether it is at work: it says so, and cannot be pressed again. */
  isBusy?: boolean;
}

/** While it is at work it keeps the focus, which a disabled button loses for good. */
export function Button({ tone = "plain", isBusy = false, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      onClick={isBusy ? (event) => event.preventDefault() : rest.onClick}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy}
      className={`inline-flex h-8 items-center justify-center gap-2 rounded px-3 text-sm font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-progress aria-disabled:opacity-50 ${TONES[tone]} ${className ?? ""}`}
    />
  );
}
