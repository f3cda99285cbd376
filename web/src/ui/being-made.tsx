/** How far an answer is that takes a while; it comes by itself. */

import type { BeingMade } from "@/data/being-made";
import { percent } from "@/format/number";
import { capital } from "@/format/words";

export function BeingMadeNote({ making }: { making: BeingMade }) {
  return (
    <div className="flex flex-col gap-2 p-4" aria-live="polite">
      <p className="text-quiet">
        {capital(making.doing)}, {percent(making.progress, { digits: 0 })} done; it comes by itself.
      </p>
      <progress
        aria-label={making.doing}
        max={1}
        value={making.progress}
        className="h-1.5 w-full accent-accent"
      />
    </div>
  );
}
