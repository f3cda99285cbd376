/** What is left to do after the first start, out of what is known. */

import type { Session } from "@/data/session";
import type { Status } from "@/data/shapes";

export interface Task {
  key: string;
  label: string;
  about: string;
  isDone: boolean;
  href: string;
}

/** What a person said here that they have looked at. */
export interface Looked {
  alerts: boolean;
  data: boolean;
  limits: boolean;
}

/** Return the tasks of the first run in their order. */
export function tasksOf(session: Session, status: Status, looked: Looked): Task[] {
  return [
    {
      key: "password",
      label: "Choose a password",
      about: "the first one was made for you",
      isDone: !session.must_change_password,
      href: "/settings/?section=account",
    },
    {
      key: "factor",
      label: "Enroll a second factor",
      about: "can wait; live trading wants it",
      isDone: session.has_second_factor,
      href: "/settings/?section=account",
    },
    {
      key: "running",
      label: "See the demo trade",
      about: "a local exchange plays recorded data",
      isDone: status.counts.fills > 0,
      href: "/orders/",
    },
    {
      key: "alerts",
      label: "Know where alerts go",
      about: "so that you hear of what needs you",
      isDone: looked.alerts,
      href: "/system/",
    },
    {
      key: "data",
      label: "Get real data",
      about: "download history to test on",
      isDone: looked.data,
      href: "/data/",
    },
    {
      key: "limits",
      label: "Set your limits",
      about: "what it may lose, hold and send",
      isDone: looked.limits,
      href: "/settings/?section=limits",
    },
  ];
}
