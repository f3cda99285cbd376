import { LookChoices } from "@/frame/look-choices";
import { Panel } from "@/ui/panel";

/** How it looks here, and whose work is in it. */
export function Appearance() {
  return (
    <Panel title="Appearance" note="kept in this browser">
      <LookChoices />
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
