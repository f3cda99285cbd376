"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { logOut, useSession } from "@/data/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Icon } from "@/ui/icons";
import { LookChoices } from "./look-choices";

/** Who is logged in, how it looks for them, and the way out. */
export function Person() {
  const session = useSession();
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  if (!session.data) return null;
  const leave = async () => {
    await logOut();
    router.replace("/login/");
  };
  return (
    <>
      <button
        type="button"
        aria-label={`Account of ${session.data.name}`}
        title={`${session.data.name}, ${session.data.role.replace("_", " ")}`}
        onClick={() => setOpen(true)}
        className="flex size-8 items-center justify-center rounded text-quiet hover:bg-raised hover:text-text"
      >
        <Icon name="person" />
      </button>
      <Dialog
        title={session.data.name}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        footer={
          <>
            <Button
              onClick={() => {
                setOpen(false);
                router.push("/settings/");
              }}
            >
              Settings
            </Button>
            <Button onClick={() => void leave()}>Log out</Button>
          </>
        }
      >
        <p className="mb-4 text-quiet">Role: {session.data.role.replace("_", " ")}</p>
        <LookChoices />
      </Dialog>
    </>
  );
}
