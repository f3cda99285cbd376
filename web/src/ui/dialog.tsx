"use client";

/** What comes over a page: a dialog in the middle, and a sheet at the side. */

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon } from "./icons";

interface OverProps {
  title: ReactNode;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the foot. */
  footer?: ReactNode;
}

/**
 * The browser's own dialog keeps the focus inside, closes on Escape and makes the rest inert. What it
 * holds comes when it is open: before, nothing in it could take the focus.
 */
function useModal(isOpen: boolean, onClose: () => void) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isShown, setShown] = useState(false);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const node = dialog.current;
    if (node === null) return;
    if (isOpen && !node.open) node.showModal();
    if (!isOpen && node.open) {
      node.close();
      // The browser gives the focus back to what opened it; what that was may be gone by now.
      if (document.activeElement === document.body) document.getElementById("page")?.focus();
    }
    setShown(isOpen);
    const onCancel = (event: Event) => {
      event.preventDefault();
      close.current();
    };
    node.addEventListener("cancel", onCancel);
    return () => node.removeEventListener("cancel", onCancel);
  }, [isOpen]);
  useEffect(() => (isShown ? keepFocusIn(dialog.current) : undefined), [isShown]);
  return { dialog, isShown: isOpen && isShown };
}

/** Give the focus to what a dialog holds when the element that had it is gone. */
function keepFocusIn(node: HTMLDialogElement | null) {
  if (node === null) return undefined;
  const watch = new MutationObserver(() => {
    // A dialog over this one has the focus elsewhere; only what nobody has is taken.
    if (document.activeElement === document.body) {
      node.querySelector<HTMLElement>("[data-content]")?.focus();
    }
  });
  watch.observe(node, { childList: true, subtree: true });
  return () => watch.disconnect();
}

function Over({ title, isOpen, onClose, children, footer, place }: OverProps & { place: string }) {
  const { dialog, isShown } = useModal(isOpen, onClose);
  const id = useId();
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClick={(event) => event.target === dialog.current && onClose()}
      className={`border border-line bg-panel p-0 text-text backdrop:bg-shade ${place}`}
    >
      {isShown && (
        <div className="flex max-h-full flex-col">
          <header className="flex items-center gap-3 border-b border-line px-4 py-2.5">
            <h2 id={id} className="min-w-0 flex-1 text-lg font-semibold">
              {title}
            </h2>
            <button
              type="button"
              aria-label="Close"
              onClick={onClose}
              className="rounded p-1.5 text-quiet hover:bg-raised hover:text-text"
            >
              <Icon name="close" />
            </button>
          </header>
          <div
            data-content
            tabIndex={-1}
            className="thin-scroll min-h-0 flex-1 overflow-y-auto p-4"
          >
            {children}
          </div>
          {footer && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">
              {footer}
            </footer>
          )}
        </div>
      )}
    </dialog>
  );
}

/** A question or a form in the middle of the page. */
export function Dialog(props: OverProps) {
  return (
    <Over
      {...props}
      place="m-auto max-h-[90dvh] w-[min(560px,calc(100vw-24px))] overflow-hidden rounded-lg"
    />
  );
}

/** Details of a row, at the right edge of the page; all of it on a phone. */
export function SideSheet(props: OverProps) {
  return (
    <Over
      {...props}
      place="slide-in my-0 mr-0 ml-auto h-dvh max-h-none w-[min(760px,100vw)] max-w-none [&>div]:h-full"
    />
  );
}
