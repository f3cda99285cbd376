"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "@/data/client";
import { useMay } from "@/data/session";
import { spaced } from "@/format/words";
import { Panel } from "@/ui/panel";
import { Answered, Empty } from "@/ui/states";
import { Fuses } from "./fuses";
import { useBreakers } from "./queries";
import { ReasonDialog } from "./reason-dialog";

/** Circuit breakers as fuses; an open one can be closed by whoever may, with a reason. */
export function BreakersPanel({ className }: { className?: string }) {
  const breakers = useBreakers();
  const queries = useQueryClient();
  const mayClose = useMay("risk");
  const [closing, setClosing] = useState("");
  const close = async (why: string) => {
    await post("/api/v1/control/breakers/{name}/close", { path: { name: closing }, body: { why } });
    await queries.invalidateQueries({ queryKey: ["risk"] });
  };
  return (
    <Panel title="Circuit breakers" tell={breakers.tell} className={className}>
      <Answered query={breakers} rows={3}>
        {(items) =>
          items.length === 0 ? (
            <Empty>None is configured; the settings&apos; [breakers] has them.</Empty>
          ) : (
            <Fuses fuses={items} onClose={mayClose ? setClosing : undefined} />
          )
        }
      </Answered>
      <ReasonDialog
        title={`Close ${spaced(closing)}`}
        action="Close the breaker"
        isOpen={closing !== ""}
        onClose={() => setClosing("")}
        onSure={close}
      >
        What it stopped goes on at once. It opens again when its bound is passed again.
      </ReasonDialog>
    </Panel>
  );
}
