import { Market } from "@/market/market";

export default function MarketPage() {
  return <Market />;
}
