"use client";

import { useState } from "react";
import { Button } from "./button";
import { Icon } from "./icons";

/** A line to be taken elsewhere, such as a command. */
export function CopyLine({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="flex items-center gap-2">
      <code className="thin-scroll min-w-0 flex-1 overflow-x-auto rounded bg-raised px-2.5 py-1.5 font-mono text-sm whitespace-nowrap">
        {text}
      </code>
      {/* Without TLS, browsers offer the clipboard to pages of this machine alone. */}
      {typeof navigator !== "undefined" && "clipboard" in navigator && (
        <Button onClick={() => void copy()} aria-label="Copy">
          <Icon name={isCopied ? "check" : "copy"} />
        </Button>
      )}
    </div>
  );
}
