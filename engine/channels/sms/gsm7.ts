export interface SmsParts {
	/** UCS-2 as soon as one character is outside of the GSM 7-bit alphabet. */
	encoding: 'GSM-7' | 'UCS-2';
	/** Messages that a phone puts together again, each of them paid for. An empty text is one, too. */
	parts: number;
	/** Septets of GSM-7, 16-bit units of UCS-2. */
	length: number;
	/** How much more fits into the last part, in the same units. */
	left: number;
}

/** The GSM 7-bit default alphabet: 3GPP TS 23.038, 6.2.1. */
const BASIC = new Set(
	'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);

/** The extension table, 6.2.1.1: written as an escape and a second septet. */
const EXTENDED = new Set('\f^{}\\[~]|€');

/** What fits into a message alone, and into each of several: those begin with a header of six bytes. */
const ROOM = { 'GSM-7': { alone: 160, each: 153 }, 'UCS-2': { alone: 70, each: 67 } };

/** Whether a text can be sent in the GSM 7-bit alphabet. */
export function isGsm7(body: string): boolean {
	for (const character of body) if (!BASIC.has(character) && !EXTENDED.has(character)) return false;
	return true;
}

/** The characters that make a text UCS-2, each once, in the order they come. */
export function notGsm7(body: string): string[] {
	return [...new Set(body)].filter((character) => !BASIC.has(character) && !EXTENDED.has(character));
}

/** How a text goes over the air. National language shift tables are not considered: senders rarely may use them. */
export function smsParts(body: string): SmsParts {
	const encoding = isGsm7(body) ? 'GSM-7' : 'UCS-2';
	// A character outside of the Basic Multilingual Plane is two units.
	const sizes = [...body].map((character) => (encoding === 'UCS-2' ? character.length : EXTENDED.has(character) ? 2 : 1));
	const length = sizes.reduce((sum, size) => sum + size, 0);
	const { alone, each } = ROOM[encoding];
	if (length <= alone) return { encoding, parts: 1, length, left: alone - length };
	return { encoding, ...fill(sizes, each), length };
}

/** Parts of `room` units; what belongs together goes whole into the next one, so a part may stay one unit short. */
function fill(sizes: readonly number[], room: number): { parts: number; left: number } {
	let parts = 1;
	let taken = 0;
	for (const size of sizes) {
		if (taken + size > room) {
			parts += 1;
			taken = 0;
		}
		taken += size;
	}
	return { parts, left: room - taken };
}
