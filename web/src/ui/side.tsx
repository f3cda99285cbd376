/** Buy or sell, in a color and with an arrow, for those who do not see the one or the other. */
export function Side({ side }: { side: string }) {
  const isBuy = side.toLowerCase() === "buy";
  return (
    <span className={isBuy ? "text-up" : "text-down"}>
      <span aria-hidden="true">{isBuy ? "▲" : "▼"}</span> {side.toLowerCase()}
    </span>
  );
}
