/**
 * Tells which messages' requests have begun, to whoever comes after this process, however it ends. With that, messages may
 * be written as `sending` some time before their requests leave: those that had not begun can be claimed again.
 */
export interface Departures {
	/**
	 * Others have taken this process for dead: whatever was marked before has to be marked again before its request leaves.
	 * Nothing can be told any more, and nothing should be marked ahead.
	 */
	readonly isVoid: boolean;
	/**
	 * Just before anything of a message's request leaves, when its mark is durable. Throws when it cannot be told. May find
	 * out that all is void. @returns its place, for `end`
	 */
	begin(message: number): number | undefined;
	/** When the outcome is durable, or the request was definitely refused: the message may be marked once more. */
	end(place: number): void;
}
