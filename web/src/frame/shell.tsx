"use client";

/** What stands around every page: rail, top bar, banners, dialogs and keys. */

import { useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useState } from "react";
import { onSessionEnd } from "@/data/client";
import { forgetAll } from "@/data/live";
import { SESSION_KEY, useSession } from "@/data/session";
import { useChannel, useFollowed } from "@/data/status";
import type { Status } from "@/data/shapes";
import { openStream } from "@/data/stream";
import { number } from "@/format/number";
import { applyLook, useLook } from "@/state/look";
import { Failure } from "@/ui/states";
import { DisconnectedBanner, SilentBanner } from "./banner";
import { type Command, placeCommands } from "./commands";
import { OPEN_STOP } from "./emergency-stop";
import { modeOf } from "./mode";
import { placeOf } from "./navigation";
import { ProofDialog } from "./proof-dialog";
import { FootRail, Rail } from "./rail";
import { useKeptLook } from "./kept-look";
import { isTyping, keyReader } from "./shortcuts";
import { TopBar } from "./top-bar";
import { WaitingNotice } from "./waiting-notice";

const Palette = dynamic(() => import("./palette").then((file) => file.Palette), { ssr: false });
const Help = dynamic(() => import("./help").then((file) => file.Help), { ssr: false });

function useLookOnPage(): void {
  const look = useLook();
  // Before what is below is drawn: it writes its times in the zone that is set here.
  useLayoutEffect(() => {
    applyLook(look);
    const system = matchMedia("(prefers-color-scheme: dark)");
    const again = () => applyLook(look);
    system.addEventListener("change", again);
    return () => system.removeEventListener("change", again);
  }, [look]);
}

/** Send whoever is not logged in to the login, and bring them back afterwards. */
function useGate(): "open" | "closed" | "failed" {
  const router = useRouter();
  const queries = useQueryClient();
  const session = useSession();
  useEffect(
    () =>
      onSessionEnd(() => {
        // The login asks who is there as well, while this frame is on its way out.
        if (window.location.pathname.startsWith("/login")) return;
        forgetAll();
        queries.removeQueries({ predicate: (query) => query.queryKey !== SESSION_KEY });
        const back = window.location.pathname + window.location.search;
        router.replace(`/login/?next=${encodeURIComponent(back)}`);
      }),
    [queries, router],
  );
  const mustChange = session.data?.must_change_password === true;
  useEffect(() => {
    if (mustChange) router.replace("/login/");
  }, [mustChange, router]);
  if (session.data && !mustChange) return "open";
  return session.isError ? "failed" : "closed";
}

function useTitle(status: Status | undefined, path: string): void {
  useEffect(() => {
    const page = placeOf(path)?.label ?? "Traider";
    const mode = status && modeOf(status);
    document.title = status
      ? `${number(status.pnl_day, { sign: true })} · ${mode?.halted ? "HALTED" : mode?.word} · ${page} · Traider`
      : `${page} · Traider`;
  }, [status, path]);
}

function useKeys(onPalette: () => void, onHelp: () => void): void {
  const router = useRouter();
  useEffect(() => {
    const read = keyReader();
    const onKey = (event: KeyboardEvent) => {
      const isInDialog = document.querySelector("dialog[open]") !== null;
      const action = read(event, isTyping(event.target) || isInDialog, event.timeStamp);
      if (action === null) return;
      event.preventDefault();
      if (action.kind === "go") router.push(action.href);
      else if (action.kind === "palette") onPalette();
      else if (action.kind === "help") onHelp();
      else if (action.kind === "stop") window.dispatchEvent(new Event(OPEN_STOP));
      else document.querySelector<HTMLInputElement>("input[type=search]")?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [router, onPalette, onHelp]);
}

function useCommands(onHelp: () => void): Command[] {
  const router = useRouter();
  const setTheme = useLook((look) => look.setTheme);
  return useMemo(
    () => [
      ...placeCommands((href) => router.push(href)),
      {
        label: "Emergency stop",
        about: "cancel all orders, close all positions",
        keys: "x",
        run: () => window.dispatchEvent(new Event(OPEN_STOP)),
      },
      { label: "Theme: dark", about: "how it looks here", run: () => setTheme("dark") },
      { label: "Theme: light", about: "how it looks here", run: () => setTheme("light") },
      { label: "Theme: as the system", about: "how it looks here", run: () => setTheme("system") },
      { label: "Shortcuts", about: "keys of the keyboard", keys: "?", run: onHelp },
    ],
    [router, setTheme, onHelp],
  );
}

export function Shell({ children }: { children: ReactNode }) {
  const gate = useGate();
  useLookOnPage();
  if (gate === "failed") return <Unreached />;
  if (gate === "closed") {
    return (
      <main className="min-h-dvh" aria-busy="true">
        <h1 className="sr-only">Traider</h1>
      </main>
    );
  }
  return <Frame>{children}</Frame>;
}

function Unreached() {
  const session = useSession();
  return (
    <main className="mx-auto max-w-lg p-6">
      <h1 className="sr-only">Traider</h1>
      <Failure error={session.error} onRetry={() => void session.refetch()} />
    </main>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const path = usePathname();
  const [open, setOpen] = useState<"palette" | "help" | null>(null);
  const opens = useMemo(
    () => ({ palette: () => setOpen("palette"), help: () => setOpen("help") }),
    [],
  );
  const status = useChannel<Status>("status")?.body;
  const zone = useLook((look) => look.clock);
  useFollowed("freshness");
  useEffect(openStream, []);
  useKeptLook();
  useTitle(status, path);
  useKeys(opens.palette, opens.help);
  const commands = useCommands(opens.help);
  const isLive = status?.mode === "live";
  return (
    <div className={isLive ? "min-h-dvh border-2 border-live" : "min-h-dvh"}>
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-panel focus:p-2"
      >
        To the page
      </a>
      <TopBar onPalette={opens.palette} />
      <div className="flex">
        <Rail />
        <div className="min-w-0 flex-1">
          <DisconnectedBanner />
          <SilentBanner />
          <WaitingNotice />
          {/* Another zone means other words everywhere: the page is drawn anew. */}
          <main
            key={zone}
            id="page"
            tabIndex={-1}
            className="p-4 outline-none max-md:p-2 max-md:pb-18"
          >
            {children}
          </main>
        </div>
      </div>
      <FootRail />
      {open === "palette" && <Palette commands={commands} isOpen onClose={() => setOpen(null)} />}
      {open === "help" && <Help isOpen onClose={() => setOpen(null)} />}
      <ProofDialog />
    </div>
  );
}
