"use client";

/** The way in: name and password, the code of whoever has one, a new password where it is due. */

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { fetchSession, type Session, SESSION_KEY } from "@/data/session";
import { applyLook, useLook } from "@/state/look";
import { nextPage } from "./next-page";
import { PasswordForm } from "./password-form";
import { SignInForm } from "./sign-in-form";

function Card({
  title,
  about,
  children,
}: {
  title: string;
  about: ReactNode;
  children: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="flex w-full max-w-sm flex-col gap-5 rounded-lg border border-line bg-panel p-6">
        <div className="flex flex-col gap-1">
          <p className="text-base font-semibold tracking-tight text-accent">Traider</p>
          <h1 className="text-xl font-semibold">{title}</h1>
          <p className="text-quiet">{about}</p>
        </div>
        {children}
      </div>
    </main>
  );
}

export function Login() {
  const router = useRouter();
  const queries = useQueryClient();
  const look = useLook();
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => applyLook(look), [look]);

  const enter = async () => {
    const now = await fetchSession();
    queries.setQueryData(SESSION_KEY, now);
    setSession(now);
    if (!now.must_change_password)
      router.replace(nextPage(window.location.search, window.location.origin));
  };
  useEffect(() => {
    // Whoever is logged in already goes on; whoever is not stays here.
    enter().catch(() => setSession(null));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when the page comes
  }, []);

  if (session?.must_change_password) {
    return (
      <Card
        title="Choose a password"
        about={`The first password was made for you, ${session.name}; it is for this once.`}
      >
        <PasswordForm onDone={enter} />
      </Card>
    );
  }
  return (
    <Card
      title="Log in"
      about="The first start prints the name and the password of the first admin."
    >
      <SignInForm onDone={enter} />
    </Card>
  );
}
