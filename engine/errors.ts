/**
 * An error an operator can act on: `message` says what happened, `hint` what to do about it.
 * It carries no secret and no stack of a library. Nodes turn it into a NodeOperationError.
 */
export class CampaignError extends Error {
	readonly hint?: string;

	/** Stable, for code that has to tell errors apart. */
	readonly code: string;

	constructor(code: string, message: string, hint?: string) {
		super(message);
		this.name = 'CampaignError';
		this.code = code;
		this.hint = hint;
	}
}

/** Plain form of an error that survives a thread boundary. */
export interface PlainError {
	code: string;
	message: string;
	hint?: string;
}

export function toPlainError(error: unknown): PlainError {
	if (error instanceof CampaignError) return { code: error.code, message: error.message, hint: error.hint };
	const { code, message } = error as { code?: unknown; message?: unknown };
	return { code: typeof code === 'string' ? code : 'internal', message: String(message ?? error) };
}

export function fromPlainError(plain: PlainError): CampaignError {
	return new CampaignError(plain.code, plain.message, plain.hint);
}
