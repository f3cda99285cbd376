"use client";

/** A button that acts only when it is held, by pointer or by keyboard. */

import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";

export const HOLD_MS = 1000;

interface HoldButtonProps {
  onHeld: () => void;
  children: ReactNode;
  label: string;
  className?: string;
  autoFocus?: boolean;
  disabled?: boolean;
  describedBy?: string;
  /** Called with whether it is being pressed now. */
  onPress?: (isPressed: boolean) => void;
}

function useHold(
  onHeld: () => void,
  onPress: ((isPressed: boolean) => void) | undefined,
  isDisabled: boolean,
) {
  const [isHeld, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const begin = () => {
    // A disabled button hears no click, but the pointer all the same.
    if (isDisabled) return;
    clearTimeout(timer.current);
    setHeld(true);
    onPress?.(true);
    timer.current = setTimeout(() => {
      end();
      onHeld();
    }, HOLD_MS);
  };
  const end = () => {
    clearTimeout(timer.current);
    setHeld(false);
    onPress?.(false);
  };
  return { isHeld, begin, end };
}

export function HoldButton(props: HoldButtonProps) {
  const { isHeld, begin, end } = useHold(props.onHeld, props.onPress, props.disabled === true);
  const isKey = (event: KeyboardEvent) => event.key === " " || event.key === "Enter";
  return (
    <button
      type="button"
      autoFocus={props.autoFocus}
      disabled={props.disabled}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      onPointerDown={(event: PointerEvent) => event.button === 0 && begin()}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onBlur={end}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        if (!event.repeat) begin();
      }}
      onKeyUp={(event) => isKey(event) && end()}
      className={`relative touch-none overflow-hidden select-none ${props.className ?? ""}`}
    >
      <span
        aria-hidden="true"
        className="absolute inset-y-0 left-0 bg-black/35"
        style={{
          width: isHeld ? "100%" : 0,
          transition: isHeld ? `width ${HOLD_MS}ms linear` : "none",
        }}
      />
      <span className="relative flex items-center justify-center gap-2">{props.children}</span>
    </button>
  );
}
