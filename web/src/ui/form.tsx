"use client";

import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  useId,
  useState,
} from "react";

const BOX =
  "h-8 w-full rounded border border-line-strong bg-panel px-2.5 text-sm text-text placeholder:text-quiet disabled:opacity-60 aria-invalid:border-bad";

interface FieldProps {
  label: string;
  /** What the field means, or its unit. */
  hint?: ReactNode;
  error?: string;
}

interface InputProps extends FieldProps, Omit<InputHTMLAttributes<HTMLInputElement>, "size"> {
  /** Whether it holds a number, which is set in tabular figures. */
  isFigure?: boolean;
}

function Labelled({
  id,
  label,
  hint,
  error,
  children,
}: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-xs text-quiet">
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <span id={`${id}-hint`} className="text-xs text-quiet">
          {hint}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} role="alert" className="text-xs text-bad">
          {error}
        </span>
      )}
    </div>
  );
}

function described(id: string, { hint, error }: Partial<FieldProps>): string | undefined {
  const ids = [hint !== undefined && `${id}-hint`, error && `${id}-error`].filter(Boolean);
  return ids.length ? ids.join(" ") : undefined;
}

/** A labelled line of text or a number. */
export function Input({ label, hint, error, isFigure, className, ...rest }: InputProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <input
        id={id}
        {...rest}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, { hint, error })}
        className={`${BOX} ${isFigure ? "figure" : ""} ${className ?? ""}`}
      />
    </Labelled>
  );
}

/** A labelled password, which a button shows to whoever types it. */
export function Password({ label, hint, error, ...rest }: Omit<InputProps, "type" | "isFigure">) {
  const id = useId();
  const [isShown, setShown] = useState(false);
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <div className="relative">
        <input
          id={id}
          {...rest}
          type={isShown ? "text" : "password"}
          spellCheck={false}
          autoCapitalize="none"
          aria-invalid={error ? true : undefined}
          aria-describedby={described(id, { hint, error })}
          className={`${BOX} pr-16`}
        />
        <button
          type="button"
          aria-controls={id}
          onClick={() => setShown(!isShown)}
          className="absolute inset-y-0 right-0 rounded px-2.5 text-xs text-quiet hover:text-text"
        >
          {isShown ? "Hide" : "Show"}
        </button>
      </div>
    </Labelled>
  );
}

interface SelectProps extends FieldProps, SelectHTMLAttributes<HTMLSelectElement> {
  options: readonly (string | { value: string; label: string })[];
}

/** A labelled choice of one. */
export function Select({ label, hint, error, options, className, ...rest }: SelectProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <select
        id={id}
        {...rest}
        aria-describedby={described(id, { hint, error })}
        className={`${BOX} ${className ?? ""}`}
      >
        {options.map((each) => {
          const option = typeof each === "string" ? { value: each, label: each } : each;
          return (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          );
        })}
      </select>
    </Labelled>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

/** A row of few choices, one of them pressed: ranges, sides, themes. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
}: ChoiceProps<Value>) {
  return (
    <div
      role="group"
      aria-label={label}
      className="inline-flex rounded border border-line bg-raised p-0.5"
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className="h-6 rounded-sm px-2 text-xs font-medium text-quiet hover:text-text aria-pressed:bg-panel aria-pressed:text-text aria-pressed:shadow-sm"
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}

interface SwitchProps {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  disabled?: boolean;
}

/** Something that is on or off. */
export function Switch({ label, isOn, onChange, disabled }: SwitchProps) {
  return (
    <label className="inline-flex items-center gap-2 text-sm">
      <input
        type="checkbox"
        checked={isOn}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="size-4 accent-accent"
      />
      {label}
    </label>
  );
}

interface SearchProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Words that rows must hold; the key `/` leads here. */
export function Search({ label, value, onChange }: SearchProps) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder="Search ( / )"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className={`${BOX} max-w-52`}
    />
  );
}
