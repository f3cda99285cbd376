/** What is said many times between two drawings is drawn once. */

/**
 * Return a function that notes keys, and has `flush` called once with all of them when `later`
 * comes to it.
 */
export function conflated(
  flush: (keys: ReadonlySet<string>) => void,
  later: (run: () => void) => void,
): (key: string) => void {
  let waiting = new Set<string>();
  const run = () => {
    const keys = waiting;
    waiting = new Set();
    flush(keys);
  };
  return (key) => {
    if (waiting.size === 0) later(run);
    waiting.add(key);
  };
}

const HIDDEN_MS = 500;

/** Call `run` with the browser's next frame; a page that nobody sees has none, and waits a while. */
export function nextFrame(run: () => void): void {
  let isDone = false;
  const once = () => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    run();
  };
  const timer = setTimeout(once, HIDDEN_MS);
  const frame = requestAnimationFrame(once);
}

/** Return what calls `run` with the first frame after `ms`. */
export function laterBy(ms: number): (run: () => void) => void {
  return (run) => {
    setTimeout(() => nextFrame(run), ms);
  };
}
