import type { ReactNode } from "react";
import { Shell } from "@/frame/shell";

export default function PagesLayout({ children }: { children: ReactNode }) {
  return <Shell>{children}</Shell>;
}
