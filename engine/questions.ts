/** What a question may know besides its input. */
export interface QuestionContext {
	/** The store's clock, epoch milliseconds. */
	readonly now: number;
	/** The account's IANA zone. */
	readonly zone: string;
}

/** Everything a store can be asked. Each is answered from one consistent picture, on a thread of its own. */
export const questions = {};

export type Questions = typeof questions;
