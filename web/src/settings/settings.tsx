"use client";

/** What can be set: how the trader trades, who may do what, and how it looks here. */

import type { ComponentType } from "react";
import { useMay } from "@/data/session";
import { useAddress } from "@/state/address";
import { Account } from "./account";
import { Appearance } from "./appearance";
import { Approvals } from "./approvals";
import { EverySetting } from "./every-setting";
import { Limits } from "./limits";
import { ModePanel } from "./mode-panel";
import { Notifications } from "./notifications";
import { People } from "./people";
import { Sessions } from "./sessions";
import { StrategyPanel } from "./strategy-panel";
import { Tokens } from "./tokens";

interface Section {
  key: string;
  label: string;
  parts: readonly ComponentType[];
  /** Right without which it is not shown. */
  right?: string;
}

const SECTIONS: readonly Section[] = [
  { key: "trading", label: "Trading", parts: [ModePanel, StrategyPanel] },
  { key: "limits", label: "Limits", parts: [Limits] },
  { key: "every", label: "Every setting", parts: [EverySetting] },
  { key: "notifications", label: "Notifications", parts: [Notifications] },
  { key: "account", label: "Your account", parts: [Account, Sessions] },
  { key: "tokens", label: "Tokens", parts: [Tokens] },
  { key: "people", label: "People", parts: [People], right: "people" },
  { key: "approvals", label: "Second person", parts: [Approvals] },
  { key: "look", label: "Appearance", parts: [Appearance] },
];

export function Settings() {
  const [key, choose] = useAddress("section", "trading");
  const mayPeople = useMay("people");
  const shown = SECTIONS.filter((section) => section.right === undefined || mayPeople);
  const section = shown.find((each) => each.key === key) ?? shown[0];
  return (
    <div className="flex flex-col gap-4 lg:flex-row">
      <h1 className="sr-only">Settings</h1>
      <nav aria-label="Sections" className="shrink-0 lg:w-44">
        <ul className="thin-scroll flex gap-1 overflow-x-auto lg:flex-col">
          {shown.map((each) => (
            <li key={each.key}>
              <button
                type="button"
                aria-current={each === section ? "true" : undefined}
                onClick={() => choose(each.key)}
                className="h-8 w-full rounded px-3 text-left whitespace-nowrap text-quiet hover:bg-raised hover:text-text aria-[current]:bg-accent-soft aria-[current]:font-medium aria-[current]:text-accent"
              >
                {each.label}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <div className="flex max-w-4xl min-w-0 flex-1 flex-col gap-4">
        {section?.parts.map((Part, index) => (
          <Part key={index} />
        ))}
      </div>
    </div>
  );
}
