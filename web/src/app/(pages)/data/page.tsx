import { History } from "@/history/history";

export default function DataPage() {
  return <History />;
}
