"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { problemOf } from "@/data/problem";

const TRIES = 2;

function made(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        // What the server refused it refuses again; what failed on the way may come through.
        retry: (failures, fault) => {
          const { status } = problemOf(fault);
          return (status === 0 || status >= 502) && failures < TRIES;
        },
      },
    },
  });
}

export function Queries({ children }: { children: ReactNode }) {
  const [client] = useState(made);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
