"use client";

import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useChannel } from "./status";

/** Ask a query anew whenever a channel of the live stream says something. */
export function useRefreshOn(channel: string, queryKey: QueryKey): void {
  const queries = useQueryClient();
  const sequence = useChannel(channel)?.sequence;
  const key = useRef(queryKey);
  useEffect(() => {
    if (sequence !== undefined) void queries.invalidateQueries({ queryKey: key.current });
  }, [queries, sequence]);
}
