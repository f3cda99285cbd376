import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Queries } from "@/frame/queries";
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./globals.css";

export const metadata: Metadata = {
  title: "Traider",
  description: "What the trader does, what it made, and how to stop it.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: dark)", color: "#14171b" },
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
  ],
};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script src="/theme.js" />
      </head>
      <body>
        <Queries>{children}</Queries>
      </body>
    </html>
  );
}
