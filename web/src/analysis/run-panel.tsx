"use client";

import { type FormEvent, useState } from "react";
import { linesOf } from "@/data/problem";
import type { Schema } from "@/data/schemas";
import { useMay } from "@/data/session";
import { shortName } from "@/format/words";
import { Button } from "@/ui/button";
import { Input, Select } from "@/ui/form";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { usePresets, useRunBacktest } from "./queries";

type Preset = Schema<"Preset">;
type Tier = Schema<"Preset">["fill_tier"];

const TIERS: readonly Tier[] = ["pessimistic", "base", "optimistic"];

function tierOf(text: string): Tier {
  return TIERS.find((tier) => tier === text) ?? "pessimistic";
}

/** What can be said beside the preset; empty leaves it as the preset has it. */
interface Wishes {
  tier: Tier | null;
  title: string;
  start: string;
  end: string;
}

const NO_WISHES: Wishes = { tier: null, title: "", start: "", end: "" };
const ALL = "all of its data";

function asked(preset: Preset, wishes: Wishes): Schema<"BacktestAsked"> {
  return {
    preset: preset.name,
    title: wishes.title,
    source: "preset",
    instruments: [],
    bars: "",
    start: wishes.start,
    end: wishes.end,
    fill_tier: wishes.tier ?? preset.fill_tier,
    settings: {},
  };
}

function Fields({
  preset,
  wishes,
  onChange,
}: {
  preset: Preset;
  wishes: Wishes;
  onChange: (wishes: Wishes) => void;
}) {
  const change = (part: Partial<Wishes>) => onChange({ ...wishes, ...part });
  return (
    <div className="grid grid-cols-2 gap-3">
      <Input
        label="From"
        type="date"
        value={wishes.start}
        hint={preset.start.slice(0, 10) || ALL}
        onChange={(event) => change({ start: event.target.value })}
      />
      <Input
        label="Before"
        type="date"
        value={wishes.end}
        hint={preset.end.slice(0, 10) || ALL}
        onChange={(event) => change({ end: event.target.value })}
      />
      <Select
        label="Orders are filled"
        value={wishes.tier ?? preset.fill_tier}
        options={TIERS}
        onChange={(event) => change({ tier: tierOf(event.target.value) })}
      />
      <Input
        label="Title"
        value={wishes.title}
        maxLength={200}
        onChange={(event) => change({ title: event.target.value })}
      />
    </div>
  );
}

function Form({ presets }: { presets: readonly [Preset, ...Preset[]] }) {
  const mayWork = useMay("jobs");
  const run = useRunBacktest();
  const [name, setName] = useState(presets[0].name);
  const [wishes, setWishes] = useState(NO_WISHES);
  const preset = presets.find((each) => each.name === name) ?? presets[0];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run.mutate(asked(preset, wishes));
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <Select
        label="Preset"
        value={preset.name}
        options={presets.map((each) => each.name)}
        hint={`${preset.words} ${preset.instruments.map(shortName).join(", ")}`}
        onChange={(event) => setName(event.target.value)}
      />
      <Fields preset={preset} wishes={wishes} onChange={setWishes} />
      {run.error && (
        <p role="alert" className="text-sm text-bad">
          {linesOf(run.error)}
        </p>
      )}
      <Button
        type="submit"
        tone="primary"
        isBusy={run.isPending}
        disabled={!mayWork}
        className="self-start"
      >
        Run the back-test
      </Button>
    </form>
  );
}

/** Runs a back-test out of a preset. */
export function RunPanel({ className }: { className?: string }) {
  const presets = usePresets();
  return (
    <Panel title="New back-test" className={className}>
      <Answered query={presets} rows={5}>
        {({ items: [first, ...rest] }) =>
          first ? <Form presets={[first, ...rest]} /> : <Empty>No preset is known here.</Empty>
        }
      </Answered>
    </Panel>
  );
}
