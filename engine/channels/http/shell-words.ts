import { CampaignError } from '../../errors';

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', e: '\x1b', E: '\x1b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"', '?': '?' };

const CODED = /^(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3}))/;

/**
 * The words of one command as a POSIX shell reads them: both quotings, `$'...'`, lines that go on after a backslash. Nothing is
 * put in for variables: `$$To` stays as it is. Throws a CampaignError for what is more than one command.
 */
export function shellWords(text: string): string[] {
	const words: string[] = [];
	let word: string | undefined;
	let at = 0;
	while (at < text.length) {
		const rest = text.slice(at);
		const piece = pieceOf(rest);
		at += piece.length;
		if (piece.kind === 'space') {
			if (word !== undefined) words.push(word);
			word = undefined;
		} else if (piece.kind === 'text') word = (word ?? '') + piece.text;
	}
	return word === undefined ? words : [...words, word];
}

type Piece = { kind: 'space' | 'nothing'; length: number } | { kind: 'text'; text: string; length: number };

/** What stands at the beginning of a text that is not quoted. */
function pieceOf(rest: string): Piece {
	const goesOn = /^\\\r?\n/.exec(rest);
	if (goesOn) return { kind: 'nothing', length: goesOn[0].length };
	const space = /^\s+/.exec(rest);
	if (space) return { kind: 'space', length: space[0].length };
	if (rest.startsWith("'")) {
		const length = closing(rest, /^'[^']*'/, "'");
		return { kind: 'text', text: rest.slice(1, length - 1), length };
	}
	if (rest.startsWith("$'")) {
		const length = closing(rest, /^\$'(?:[^'\\]|\\.)*'/s, "$'");
		return { kind: 'text', text: ansi(rest.slice(2, length - 1)), length };
	}
	if (rest.startsWith('"')) {
		const length = closing(rest, /^"(?:[^"\\]|\\.)*"/s, '"');
		return { kind: 'text', text: rest.slice(1, length - 1).replace(/\\(\r?\n|["\\$`])/g, (_all, escaped: string) => (/\n$/.test(escaped) ? '' : escaped)), length };
	}
	if (rest.startsWith('\\')) return { kind: 'text', text: rest.slice(1, 2), length: Math.min(2, rest.length) };
	if (/^(?:[|;&<>`]|\$\()/.test(rest)) throw new CampaignError('curl', `"${rest[0]}" ends the command for a shell`, 'Paste one curl command, with its URL and data in quotes.');
	return { kind: 'text', text: rest[0] ?? '', length: 1 };
}

function closing(rest: string, quoted: RegExp, quote: string): number {
	const found = quoted.exec(rest);
	if (!found) throw new CampaignError('curl', `A quotation that begins with ${quote} does not end`, 'Paste the whole command.');
	return found[0].length;
}

/** ANSI-C quoting, as browsers copy requests. */
function ansi(text: string): string {
	return text.replace(/\\([\s\S][0-9a-fA-F]{0,8})/g, (all: string, after: string) => {
		const coded = CODED.exec(after);
		if (!coded) return `${ESCAPES[after[0] ?? ''] ?? `\\${after[0]}`}${after.slice(1)}`;
		const [whole, x, u, U, octal] = coded;
		const code = octal === undefined ? parseInt(x ?? u ?? U ?? '', 16) : parseInt(octal, 8);
		return code <= 0x10ffff ? `${String.fromCodePoint(code)}${after.slice(whole.length)}` : all;
	});
}
