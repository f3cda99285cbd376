"use client";

import { useEffect, useState } from "react";

/** Return milliseconds of this machine, drawn again every `everyMs`; 0 before the first drawing. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
