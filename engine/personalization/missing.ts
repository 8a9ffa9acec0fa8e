/** Raised by printing something that is not there. */
export class MissingValueError extends Error {
	constructor(readonly variable: string) {
		super(`no value for ${variable}`);
		this.name = 'MissingValueError';
	}
}
