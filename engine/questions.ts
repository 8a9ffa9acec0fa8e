import { find, matching, reach } from './segments/questions';

/** What a question may know besides its input. */
export interface QuestionContext {
	/** The store's clock, epoch milliseconds. */
	readonly now: number;
	/** The account's IANA zone. */
	readonly zone: string;
}

/** Everything a store can be asked. Each is answered from one consistent picture, on a thread of its own. */
export const questions = {
	find,
	matching,
	reach,
};

export type Questions = typeof questions;
