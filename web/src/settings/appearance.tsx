"use client";

import { useQuery } from "@tanstack/react-query";
import { UNSAVED_KEY } from "@/frame/kept-look";
import { LookChoices } from "@/frame/look-choices";
import { Fault } from "@/ui/notice";
import { Panel } from "@/ui/panel";

/** How it looks here, and whose work is in it. */
export function Appearance() {
  const unsaved = useQuery({ queryKey: UNSAVED_KEY, queryFn: () => "", staleTime: Infinity }).data;
  return (
    <Panel title="Appearance" note="kept with your account, and in this browser for the login">
      <LookChoices />
      <div className="mt-4 empty:hidden">
        <Fault>{unsaved && `Kept in this browser alone: ${unsaved}`}</Fault>
      </div>
      <p className="mt-6 border-t border-line pt-4 text-xs text-quiet">
        Charts are drawn with TradingView Lightweight Charts™, copyright (c) 2025 TradingView, Inc.,{" "}
        <a
          href="https://www.tradingview.com/"
          rel="noreferrer"
          target="_blank"
          className="underline underline-offset-2"
        >
          tradingview.com
        </a>
        .
      </p>
    </Panel>
  );
}
