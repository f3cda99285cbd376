"use client";

import Link from "next/link";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { useSession } from "@/data/session";
import type { Status } from "@/data/shapes";
import { Button } from "@/ui/button";
import { Icon } from "@/ui/icons";
import { Panel } from "@/ui/panel";
import { type Looked, tasksOf } from "./checklist";

interface FirstRunState {
  isHidden: boolean;
  looked: Looked;
  hide: () => void;
  look: (key: string) => void;
}

const useFirstRun = create<FirstRunState>()(
  persist(
    (set) => ({
      isHidden: false,
      looked: { alerts: false, data: false, limits: false },
      hide: () => set({ isHidden: true }),
      look: (key) => set((state) => ({ looked: { ...state.looked, [key]: true } })),
    }),
    { name: "traider-first-run" },
  ),
);

/** A short list for the first days, gone when it is done or put away. */
export function FirstRun({ status, className }: { status: Status; className?: string }) {
  const session = useSession().data;
  const { isHidden, looked, hide, look } = useFirstRun();
  if (isHidden || session === undefined) return null;
  const tasks = tasksOf(session, status, looked);
  const left = tasks.filter((task) => !task.isDone).length;
  if (left === 0) return null;
  return (
    <Panel
      title="First steps"
      note={`${tasks.length - left} of ${tasks.length} done`}
      actions={
        <Button tone="quiet" onClick={hide}>
          Put away
        </Button>
      }
      className={className}
    >
      <ol className="grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-2 xl:grid-cols-6">
        {tasks.map((task) => (
          <li key={task.key} className="flex items-start gap-2">
            <span className={`mt-0.5 ${task.isDone ? "text-good" : "text-quiet"}`}>
              {task.isDone ? (
                <Icon name="check" />
              ) : (
                <span className="block size-4 rounded-full border border-line-strong" />
              )}
            </span>
            <span className="min-w-0">
              <Link
                href={task.href}
                onClick={() => look(task.key)}
                className={task.isDone ? "text-quiet" : "font-medium text-accent"}
              >
                {task.label}
                {task.isDone && <span className="sr-only"> (done)</span>}
              </Link>
              <span className="block text-xs text-quiet">{task.about}</span>
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
