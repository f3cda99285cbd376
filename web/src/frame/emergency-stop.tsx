"use client";

/** The emergency stop: says what it will do, acts when held, shows how it goes, and is re-armed. */

import { useEffect, useId, useState } from "react";
import { post } from "@/data/client";
import { type Problem, problemOf } from "@/data/problem";
import { useMay, useSession } from "@/data/session";
import type { Status } from "@/data/shapes";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Icon } from "@/ui/icons";
import { Failure } from "@/ui/states";
import { HoldButton } from "./hold";
import { modeOf } from "./mode";
import { Rearm } from "./rearm";
import { StopProgressView } from "./stop-progress";
import { stopWords } from "./stopping";

const STOP = "h-8 rounded bg-live px-3 text-sm font-semibold text-white disabled:opacity-50";

/** Event that opens the stop from the keyboard and the palette. */
export const OPEN_STOP = "traider:open-stop";

interface Stopping {
  beganMs: number;
  /** Id by which the server tells how it goes; empty before it answered. */
  id: string;
  problem: Problem | null;
}

function useStopping() {
  const [stopping, setStopping] = useState<Stopping | null>(null);
  const stop = async () => {
    const beganMs = performance.now();
    setStopping({ beganMs, id: "", problem: null });
    try {
      const body = { why: "held on the dashboard", keep_positions: false };
      const { id } = await post("/api/v1/control/emergency-stop", { body });
      setStopping({ beganMs, id, problem: null });
    } catch (fault) {
      setStopping({ beganMs, id: "", problem: problemOf(fault) });
    }
  };
  return { stopping, setStopping, stop };
}

interface StopDialogProps {
  status: Status | undefined;
  name: string;
  mayStop: boolean;
  isOpen: boolean;
  onClose: () => void;
  stopping: Stopping | null;
  onFire: () => void;
}

function StopQuestion({ status, name, mayStop, onFire }: StopDialogProps) {
  return (
    <div className="flex flex-col gap-4">
      <p>{stopWords(status)}</p>
      {!mayStop && (
        <p className="text-warn">
          {name} has no right to stop: a trader, a risk officer or an admin can.
        </p>
      )}
      <HoldButton
        autoFocus
        label="Stop now: hold for one second"
        onHeld={onFire}
        disabled={!mayStop}
        className={`${STOP} h-12 text-lg`}
      >
        <Icon name="stop" /> Hold to stop
      </HoldButton>
    </div>
  );
}

function StopDialog(props: StopDialogProps) {
  const { status, stopping, isOpen, onClose, onFire } = props;
  const needsRearm = status !== undefined && modeOf(status).needsRearm;
  return (
    <Dialog title="Emergency stop" isOpen={isOpen} onClose={onClose}>
      {stopping?.problem && <Failure error={stopping.problem} onRetry={onFire} />}
      {stopping && !stopping.problem && (
        <StopProgressView id={stopping.id} beganMs={stopping.beganMs} />
      )}
      {!stopping && !needsRearm && <StopQuestion {...props} />}
      {needsRearm && <Rearm status={status} onDone={onClose} />}
    </Dialog>
  );
}

/** The stop in the bar: there from the first moment, whether the trader was heard or not. */
export function EmergencyStop({ status }: { status: Status | undefined }) {
  const session = useSession().data;
  // While nobody knows who is here the server decides.
  const mayStop = session === undefined || session.rights.includes("stop");
  const mayRearm = useMay("rearm");
  const hint = useId();
  const [isOpen, setOpen] = useState(false);
  const [isPressed, setPressed] = useState(false);
  const { stopping, setStopping, stop } = useStopping();
  useEffect(() => {
    const open = () => setOpen(true);
    window.addEventListener(OPEN_STOP, open);
    return () => window.removeEventListener(OPEN_STOP, open);
  }, []);
  const fire = () => {
    setOpen(true);
    void stop();
  };
  const close = () => {
    setOpen(false);
    setStopping(null);
  };
  const needsRearm = status !== undefined && modeOf(status).needsRearm;
  return (
    <div className="group relative flex items-center gap-2">
      {needsRearm && mayRearm && (
        <Button onClick={() => setOpen(true)} className="max-md:hidden">
          Re-arm
        </Button>
      )}
      <HoldButton
        label="Emergency stop: hold for one second"
        describedBy={hint}
        onHeld={fire}
        onPress={setPressed}
        disabled={!mayStop}
        className={STOP}
      >
        <Icon name="stop" />
        <span className="max-sm:hidden">Stop</span>
      </HoldButton>
      <p
        id={hint}
        className={`pointer-events-none absolute top-10 right-0 z-40 w-72 rounded-md border border-line-strong bg-panel p-3 text-sm shadow-lg group-focus-within:block group-hover:block ${isPressed ? "block" : "hidden"}`}
      >
        <b>Hold for one second.</b> {stopWords(status)}
      </p>
      <StopDialog
        status={status}
        name={session?.name ?? ""}
        mayStop={mayStop}
        isOpen={isOpen}
        onClose={close}
        stopping={stopping}
        onFire={fire}
      />
    </div>
  );
}
