/**
 * Proof that a person is there: a dangerous request is refused until a code was given in the last
 * minutes. The client then has it asked for, gives it, and sends the same request again, so that no
 * page has to think of it.
 */

export interface ProofWanted {
  /** What the request would do, in the server's words. */
  detail: string;
  /** Whether the password will do, because the person has no second factor. */
  withPassword: boolean;
}

type Asker = (wanted: ProofWanted) => Promise<boolean>;

let asker: Asker | null = null;

/** Have proof asked for by `next`; the dialog of the frame is the only one. */
export function setProofAsker(next: Asker | null): void {
  asker = next;
}

/** Ask for proof; whether it was given. */
export function askForProof(wanted: ProofWanted): Promise<boolean> {
  return asker === null ? Promise.resolve(false) : asker(wanted);
}
