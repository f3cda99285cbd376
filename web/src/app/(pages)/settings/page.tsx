import { Settings } from "@/settings/settings";

export default function SettingsPage() {
  return <Settings />;
}
