/** Who is logged in here, and what they may do. */

import { useQuery } from "@tanstack/react-query";
import { ask, setCsrfToken } from "./client";
import { forgetAll } from "./live";

export interface Session {
  name: string;
  role: string;
  rights: string[];
  csrf_token: string;
  must_change_password: boolean;
  has_second_factor: boolean;
  recovery_codes_left: number;
  needs_two_people: boolean;
  fresh_until_ns: number | null;
}

export const SESSION_KEY = ["session"] as const;

/** Ask who is logged in, and keep the token that changes must carry. */
export async function fetchSession(): Promise<Session> {
  const session = (await ask("get", "/api/v1/auth/session")) as Session;
  setCsrfToken(session.csrf_token);
  return session;
}

export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: fetchSession,
    staleTime: 60_000,
    retry: false,
  });
}

/** Whether whoever is logged in has a right, by its name in the API. */
export function useMay(right: string): boolean {
  return useSession().data?.rights.includes(right) ?? false;
}

/** End the session, and forget what it showed. */
export async function logOut(): Promise<void> {
  try {
    await ask("post", "/api/v1/auth/logout");
  } finally {
    forgetAll();
    setCsrfToken("");
  }
}
