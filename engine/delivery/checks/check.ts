import type { Reason } from '../../reasons';
import type { Tx } from '../../store/database';
import type { Candidate, ClaimBatch } from './candidate';

/** Why a message is not sent now: never, or not before a moment (epoch ms; it is held at its sender until then). */
export type Refusal = { kind: 'refuse'; reason: Reason; detail?: string };
/** `otherwise`: the reason it ends with where nothing can be held. */
export type Wait = { kind: 'wait'; until: number; detail: string; otherwise: Reason };
/** Undefined: nothing against it. */
export type Verdict = Refusal | Wait | undefined;

/** A check as it stands for one batch: asked for one message after the other, in their order. */
export interface Judge {
	judge(candidate: Candidate): Verdict;
	/** The message passed every check, or waits. Counts against those after it in the batch. */
	take?(candidate: Candidate, verdict: Wait | undefined): void;
	/** Writes what was taken, in the transaction of the claim. */
	write?(): Promise<void>;
}

/** One of the things that must be right for a message to be sent. */
export interface Check {
	/** Names to lock before anything is read, so that what is counted stays as it is. */
	locks?(batch: ClaimBatch): string[];
	/** Reads what the check has to know of the whole batch; undefined: it has nothing to say. */
	prepare(tx: Tx, batch: ClaimBatch): Promise<Judge | undefined>;
}
