import type { ReactNode } from "react";
import { Icon } from "./icons";

/** A line that says what went wrong with what was just asked. */
export function Fault({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <p role="alert" className="flex items-start gap-2 text-bad">
      <span className="mt-0.5">
        <Icon name="warning" />
      </span>
      <span className="min-w-0 break-words">{children}</span>
    </p>
  );
}

/** A secret that is shown this once. */
export function Once({ children }: { children: ReactNode }) {
  return (
    <div role="status" className="flex flex-col gap-2 rounded border border-warn bg-warn-soft p-3">
      <p className="font-medium text-warn">Shown now and never again.</p>
      {children}
    </div>
  );
}
